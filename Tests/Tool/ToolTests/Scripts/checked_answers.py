"""The reference's answers, each message compared with its schema: messages.schema.json, and of the file's own schema
what it says of this operation's input and output.

    checked_answers.py VECTORS
"""

import functools
import json
import pathlib
import sys

import jsonschema
import referencing

VECTORS = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(VECTORS / "generate"))

from answers import answer  # noqa: E402

SCHEMAS = [json.loads(path.read_text()) for path in sorted((VECTORS / "schemas").glob("*.json"))]
REGISTRY = referencing.Registry().with_resources([(s["$id"], referencing.Resource.from_contents(s)) for s in SCHEMAS])


def validator(reference):
    return jsonschema.Draft202012Validator({"$ref": reference}, registry=REGISTRY)


MESSAGES = "messages.schema.json"
QUESTION, ANSWER, EITHER = (validator(MESSAGES + part) for part in ("#/$defs/question", "#/$defs/answer", ""))


@functools.cache
def of_operation(file, operation, part):
    """Of the file's schema what it says of `part`, the input or the output of this operation."""
    name = file.split("/")[0] + ".schema.json"
    [groups] = [schema["properties"]["testGroups"] for schema in SCHEMAS if schema["$id"] == name]
    [reference] = [
        case["properties"]["tests"]["$ref"]
        for case in groups["items"]["oneOf"]
        if case["properties"]["type"]["const"] == operation
    ]
    return validator(f"{name}{reference}/items/properties/{part}")


def main():
    for line in sys.stdin.buffer:
        question = json.loads(line)
        QUESTION.validate(question)
        EITHER.validate(question)
        of_operation(question["file"], question["operation"], "input").validate(question["input"])
        reply = answer(question)
        ANSWER.validate(reply)
        EITHER.validate(reply)
        if "output" in reply:
            of_operation(question["file"], question["operation"], "output").validate(reply["output"])
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
