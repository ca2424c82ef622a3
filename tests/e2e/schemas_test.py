"""Every vector file validates against the schema that it names."""
import json
import os
import sys
import unittest
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("no python3-jsonschema here")
    sys.exit(77)

SCHEMAS = Path(__file__).resolve().parents[2] / "vectors" / "schema"


class Files(unittest.TestCase):
    def test_every_file_validates(self) -> None:
        seen = set()
        for path in sorted(Path(os.environ["AMDVI_VECTORS"]).rglob("*.json")):
            document = json.loads(path.read_text(encoding="utf-8"))
            schema = json.loads((SCHEMAS / f"{document['schema']}.json").read_text(encoding="utf-8"))
            seen.add(document["schema"])
            with self.subTest(file=str(path)):
                # A few records of each file: they are alike, and there are many.
                for key in ("vectors", "tests"):
                    if key in document:
                        document[key] = document[key][:: max(1, len(document[key]) // 20)]
                jsonschema.Draft202012Validator(schema).validate(document)
        self.assertEqual(seen, {p.stem for p in SCHEMAS.glob("*.json")})


if __name__ == "__main__":
    unittest.main()
