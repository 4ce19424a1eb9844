"""A small stand-in server that speaks TensorFlow Serving's REST; it is not TensorFlow Serving."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from serving_models import RequestError, ServedModels

PATH = re.compile(r"/v1/models/(?P<name>[^/:]+)(/versions/(?P<version>\d+))?(?P<verb>:predict)?")
STATUS = {"NOT_FOUND": 404, "INVALID_ARGUMENT": 400}


def start(models: ServedModels) -> tuple[ThreadingHTTPServer, int]:
    """Serves at a free port of this machine alone; the server and the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.models = models
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(self.status)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(lambda *place: self.predict(json.loads(body), *place))

    def answer(self, method):
        """Writes what `method` gives for the name, the version and the verb of the path."""
        place = PATH.fullmatch(self.path)
        try:
            if place is None or bool(place["verb"]) != (self.command == "POST"):
                raise RequestError("NOT_FOUND", f"Malformed request: {self.command} {self.path}")
            asked = place["version"] and int(place["version"])
            code, body = 200, method(asked, self.server.models.version(place["name"], asked))
        except RequestError as error:
            code, body = STATUS[error.code], {"error": str(error)}
        text = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def status(self, asked, version):
        versions = self.server.models.loaded if asked is None else [version]
        fine = {"error_code": "OK", "error_message": ""}
        return {
            "model_version_status": [
                {"version": str(one), "state": "AVAILABLE", "status": fine} for one in versions
            ]
        }

    def predict(self, body, asked, version):
        signature = body.get("signature_name", "serving_default")
        specs = self.server.models.input_specs(version, signature)
        if ("instances" in body) == ("inputs" in body):
            raise RequestError("INVALID_ARGUMENT", "either 'instances' or 'inputs' is needed")
        columns = columns_of(body["instances"]) if "instances" in body else body["inputs"]
        if not isinstance(columns, dict):
            columns = {next(iter(specs)): columns}
        inputs = {name: as_array(values, specs.get(name)) for name, values in columns.items()}
        outputs = self.server.models.predict(version, signature, inputs)
        values = {name: array.tolist() for name, array in outputs.items()}
        if "instances" in body:
            return {"predictions": rows_of(values)}
        return {"outputs": values if len(values) > 1 else next(iter(values.values()))}

    def log_message(self, *args):
        """Nothing: the tests' output is theirs."""


def as_array(values, spec):
    try:
        return np.asarray(values, None if spec is None else spec.dtype.as_numpy_dtype)
    except (ValueError, OverflowError) as error:
        raise RequestError("INVALID_ARGUMENT", f"JSON value: {error}") from error


def columns_of(instances):
    """Rows to columns, unless there is only one input and so it has no name."""
    if not isinstance(instances[0], dict):
        return instances
    return {name: [row[name] for row in instances] for name in instances[0]}


def rows_of(columns):
    """Columns to rows; a single output loses its name."""
    if len(columns) == 1:
        return next(iter(columns.values()))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
