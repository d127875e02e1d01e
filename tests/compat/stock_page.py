"""TensorBoard's own page in front of another server, for tests alone.

    python tests/compat/stock_page.py http://localhost:6006/

serves the page from the installed wheel and passes everything else on to that address; it prints
the address of its own.
"""

import http.client
import mimetypes
import sys
import urllib.parse
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import tensorboard

WHEEL = Path(tensorboard.__file__).parent
PROJECTOR = WHEEL / "plugins/projector/tf_projector_plugin"
# What TensorBoard's core plugin puts in front of the page (core_plugin.py, _serve_index).
PREAMBLE = b'<!doctype html><meta name="tb-relative-root" content="./">'
# Of the connection, and no business of whom it is passed on to.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
TIMEOUT_S = 60


def page_files() -> dict[str, bytes]:
    """What the wheel serves, by path."""
    with zipfile.ZipFile(WHEEL / "webfiles.zip") as archive:
        files = {f"/{name}": archive.read(name) for name in archive.namelist()}
    files["/"] = files["/index.html"] = PREAMBLE + files["/index.html"]
    if PROJECTOR.exists():
        for file in PROJECTOR.iterdir():
            files[f"/data/plugin/projector/{file.name}"] = file.read_bytes()
    return files


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files = page_files()
    host = ""

    def do_GET(self) -> None:
        path = urllib.parse.urlsplit(self.path).path
        if path in self.files:
            self.answer(200, [("Content-Type", self.type_of(path))], self.files[path])
        else:
            self.pass_on(None)

    def do_POST(self) -> None:
        self.pass_on(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def type_of(self, path: str) -> str:
        return "text/html" if path == "/" else mimetypes.guess_type(path)[0] or "text/plain"

    def pass_on(self, body: bytes | None) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_S)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        headers["Origin"] = f"http://{self.host}"  # The page's own is the proxy's.
        connection.request(self.command, self.path, body, headers)
        response = connection.getresponse()
        kept = [(k, v) for k, v in response.getheaders() if k.lower() not in HOP_BY_HOP]
        self.answer(response.status, kept, response.read())
        connection.close()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the test looks at the browser's side."""


def main() -> None:
    Handler.host = urllib.parse.urlsplit(sys.argv[1]).netloc
    server = ThreadingHTTPServer(("localhost", 0), Handler)
    print(f"TensorBoard's page at http://localhost:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
