"""The reference answers the cases of the vectors: one question a line on standard input, one answer a line on standard
output (Vectors/README.md, "Another implementation").

    sealedmatch vectors run --command "python3 -B Vectors/generate/answer.py"
"""

from __future__ import annotations

import json
import sys
import traceback

from answers import answer


def main() -> None:
    for line in sys.stdin.buffer:
        question = json.loads(line)
        try:
            reply = answer(question)
        except Exception as failure:  # a fault of ours, and no verdict: the case fails, and the others are still run
            traceback.print_exc()
            reply = {"id": question["id"], "error": f"{type(failure).__name__}: {failure}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
