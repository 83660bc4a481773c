"""Records what Hugging Face's `tokenizers` makes of the parts of a tokenizer.json: python tools/record-tokenizer-parts.py

Reads and writes core/tokenizers/fixtures/json_parts.json (needs tokenizers): `models` and `texts` by hand, for each of
`cases` (a model's name with normalizer, pre_tokenizer, decoder) the lines [ids, text without special tokens, text].
"""

import json
from pathlib import Path

from tokenizers import Tokenizer

fixture = Path(__file__).parent.parent / "core/tokenizers/fixtures/json_parts.json"
recorded = json.loads(fixture.read_text(encoding="utf8"))
for case in recorded["cases"]:
    parts = {part: case.get(part) for part in ("normalizer", "pre_tokenizer", "decoder")}
    whole = dict(version="1.0", truncation=None, padding=None, post_processor=None, **recorded["models"][case["model"]], **parts)
    tokenizer = Tokenizer.from_str(json.dumps(whole))
    case["lines"] = []
    for text in recorded["texts"]:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        case["lines"].append([ids, *(tokenizer.decode(ids, skip_special_tokens=skip) for skip in (True, False))])

write = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
cases = ",\n".join(map(write, recorded["cases"]))
head = ",\n".join(f'"{key}":{write(recorded[key])}' for key in ("models", "texts"))
fixture.write_text("{" + head + ',\n"cases":[\n' + cases + "\n]}\n", encoding="utf8")
