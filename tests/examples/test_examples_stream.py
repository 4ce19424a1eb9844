"""The notebook of a stream that does not say where digits begin."""

import re

from notebook_helpers import EXAMPLES, all_printed, pictures_of

PATH = EXAMPLES / "07_stream_without_boundaries.ipynb"
BATCHES = 30  # of a stretch, with `FAST`
BEGIN, BACK = "begins", "has come back"
FOUND = [(1, BEGIN), (2, BEGIN), (0, BACK), (3, BEGIN), (4, BEGIN), (5, BEGIN)]
FOUND += [(1, BACK), (6, BEGIN), (7, BEGIN), (4, BACK), (8, BEGIN), (9, BEGIN)]


def test_every_picture_is_drawn(executed):
    drawn = [cell.id for cell in executed.cells if cell.cell_type == "code" and pictures_of(cell)]
    assert drawn == ["evidence", "picture"]


def test_every_change_is_noticed_and_who_comes_back_is_known(executed):
    lines = re.findall(r"^before batch +(\d+): task (\d) (.*)$", all_printed(executed), re.M)
    assert [(int(task), what) for _, task, what in lines] == FOUND
    for place, (batch, _, _) in enumerate(lines, 1):
        assert 0 <= place * BATCHES - int(batch) <= 1  # the one before may be improbable by chance
    assert "dropped batches: 3\ntasks: 10  categories: 10\n" in all_printed(executed)


def test_not_to_be_told_costs_little(executed):
    pattern = r"^-ELBO: noticed ([\d.]+), told ([\d.]+) nats$"
    ((noticed, told),) = re.findall(pattern, all_printed(executed), re.M)
    assert float(noticed) < float(told) + 0.5
