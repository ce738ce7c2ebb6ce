"""JSON-RPC 2.0 over HTTP POST (docs/spec/rpc.md), with the standard library alone."""

import json
import urllib.error
import urllib.request


class RpcError(Exception):
    """The node said no: code, message, kind, hint, reject code."""

    def __init__(self, error):
        data = error.get("data") or {}
        self.code, self.kind = error["code"], data.get("kind")
        self.reject_code = data.get("reject_code")
        super().__init__(f"{error['message']} ({self.kind}, code {self.code}): {data.get('hint')}")


class Node:
    """One node's interface at `url`."""

    def __init__(self, url, timeout=10):
        self.url, self.timeout, self.next_id = url, timeout, 0

    def call(self, method, *params):
        """The result of `method`, or an RpcError."""
        self.next_id += 1
        request = {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": list(params)}
        answer = self._post(json.dumps(request).encode())
        if answer.get("id") != self.next_id or answer.get("jsonrpc") != "2.0":
            raise RuntimeError(f"not an answer to {method}: {answer}")
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def _post(self, body):
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return json.loads(text)
            except ValueError:
                raise RuntimeError(f"{self.url} answered {error.code}: {text[:200]!r}") from error
        except urllib.error.URLError as error:
            raise RuntimeError(f"no node answers at {self.url}: {error.reason}") from error
