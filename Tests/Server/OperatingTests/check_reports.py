"""Run by a Python with the packages of `.venv-reports` (service.mk): what came at the stand-in, by the types of the
package ncmec-cybertip; signed documents, by pysodium and their schema. Prints what it read as JSON.

    check_reports.py xml RECEIVED.json
    check_reports.py signed SCHEMA.json KEY FILE…
"""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any


def cybertip() -> tuple[Any, Any]:
    """Its documents' types alone: its client needs Python 3.13."""
    found = importlib.util.find_spec("pydantic_xml")
    assert found and found.origin
    folder = Path(found.origin).parents[1] / "ncmec_cybertip"
    package = types.ModuleType("ncmec_cybertip")
    package.__path__ = [str(folder)]
    sys.modules["ncmec_cybertip"] = package
    from ncmec_cybertip.files import FileDetails
    from ncmec_cybertip.report import Report

    return Report, FileDetails


def xml(path: str) -> list[Any]:
    report_type, details_type = cybertip()
    read = []
    for one in json.loads(Path(path).read_text())["reports"]:
        report = report_type.from_xml(one["document"].encode())
        details = [details_type.from_xml(text.encode()) for file in one["files"] for text in file["details"]]
        # Nothing is left out by reading: the types know every element, and know it in this place.
        assert_same(one["document"], report)
        for file in one["files"]:
            for text in file["details"]:
                assert_same(text, details_type.from_xml(text.encode()))
        read.append(
            {
                "incidentType": str(report.incident_summary.incident_type),
                "email": report.reporter.reporting_person.email[0].value,
                "account": report.person_or_user_reported and report.person_or_user_reported.esp_identifier,
                "info": report.additional_info,
                "viewed": [one.file_viewed_by_esp for one in details],
                "class": [one.industry_classification and str(one.industry_classification) for one in details],
                "hashes": [[(hash.hash_type, hash.value) for hash in one.original_file_hash] for one in details],
            }
        )
    return read


def assert_same(text: str, read: Any) -> None:
    from xml.etree import ElementTree

    def names(element: Any) -> list[Any]:
        return [element.tag, [names(child) for child in element]]

    written = read.to_xml(exclude_none=True)
    assert names(ElementTree.fromstring(text)) == names(ElementTree.fromstring(written)), (text, written)


def signed(schema: str, key: str, *files: str) -> list[Any]:
    import jsonschema
    import pysodium

    read = []
    for file in files:
        line = Path(file).read_bytes()
        # The bytes that were signed stand behind this, up to the last brace.
        document = line[line.index(b',"signed":') + 10 : line.rindex(b"}")]
        whole = json.loads(line)
        assert whole["key"] == key and json.loads(document) == whole["signed"]
        message = b"SealedMatch report\0" + document
        pysodium.crypto_sign_verify_detached(bytes.fromhex(whole["signature"]), message, bytes.fromhex(key))
        jsonschema.validate(whole, json.loads(Path(schema).read_text()))
        read.append(whole["signed"])
    return read


if __name__ == "__main__":
    print(json.dumps({"xml": xml, "signed": signed}[sys.argv[1]](*sys.argv[2:])))
