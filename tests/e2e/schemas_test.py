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


def shape(value: object) -> object:
    """What two records have in common that differ in numbers and texts only."""
    if isinstance(value, dict):
        return frozenset((key, shape(part)) for key, part in value.items())
    if isinstance(value, list):
        return frozenset(map(shape, value))
    return type(value)


class Files(unittest.TestCase):
    def test_every_file_validates(self) -> None:
        seen: "dict[str, set[object]]" = {}  # shapes, by schema
        for path in sorted(Path(os.environ["AMDVI_VECTORS"]).rglob("*.json")):
            document = json.loads(path.read_text(encoding="utf-8"))
            schema = json.loads((SCHEMAS / f"{document['schema']}.json").read_text(encoding="utf-8"))
            shapes = seen.setdefault(document["schema"], set())
            # The first record of each file and every record that is like none before: there are many.
            for key in ("vectors", "tests"):
                if key in document:
                    new = {shape(record): record for record in reversed(document[key])}
                    document[key] = document[key][:1] + [r for s, r in new.items() if s not in shapes]
                    shapes.update(new)
            with self.subTest(file=str(path)):
                jsonschema.Draft202012Validator(schema).validate(document)
        self.assertEqual(set(seen), {p.stem for p in SCHEMAS.glob("*.json")})


if __name__ == "__main__":
    unittest.main()
