#!/usr/bin/env bash
# Tries the package where the metadata claims that it works: each Python, and the oldest TensorFlow
# and Keras. Builds the wheel, and for each case makes a fresh environment outside the tree, installs
# the wheel and runs the quickstart of `matrix_quickstart.py` there. Prints a row for CONTRIBUTING.
#
#   tests/matrix.sh [CASE ...]     cases: PYTHON or PYTHON-oldest; all if none is given
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cases=("$@")
[ ${#cases[@]} -gt 0 ] || cases=(3.10-oldest 3.10 3.11 3.12 3.13)

python3 -m venv "$place/build"
"$place/build/bin/pip" install --quiet build
"$place/build/bin/python" -m build --quiet --outdir "$place/dist" "$here" > "$place/build.log"

for case in "${cases[@]}"; do
  python=${case%-oldest} pins=()
  [ "$python" = "$case" ] || pins=("tensorflow==2.20.*" "keras==3.10.*")
  environment=$place/$case
  "python$python" -m venv "$environment"
  "$environment/bin/pip" install --quiet --upgrade pip
  "$environment/bin/pip" install --quiet "$place"/dist/*.whl "${pins[@]}"
  cp "$here/tests/matrix_quickstart.py" "$place"
  (cd "$place" && "$environment/bin/python" matrix_quickstart.py)
  rm -rf "$environment"
done
