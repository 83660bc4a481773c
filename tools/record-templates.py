"""Records what jinja2, set up as transformers does, makes of the templates of core/jinja/fixtures/templates.json.

usage: python tools/record-templates.py    (needs transformers and jinja2)

Each case has a name, a template and its messages; text, or error where jinja2 refuses, is written by this script.
"""

import json
from pathlib import Path

from transformers.utils.chat_template_utils import _compile_jinja_template

fixture = Path(__file__).parent.parent / "core/jinja/fixtures/templates.json"
cases = json.loads(fixture.read_text(encoding="utf8"))
for case in cases:
    case.pop("text", None)
    case.pop("error", None)
    given = {"messages": case["messages"], "tools": None, "documents": None, "add_generation_prompt": False}
    try:
        case["text"] = _compile_jinja_template(case["template"]).render(**given)
    except Exception as error:
        case["error"] = type(error).__name__
fixture.write_text(
    "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n", encoding="utf8"
)
