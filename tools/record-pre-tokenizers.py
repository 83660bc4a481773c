"""Records how Hugging Face's `tokenizers` cuts texts, for core/tokenizers/json-pre-tokenizer.ts.

usage: python tools/record-pre-tokenizers.py    (needs tokenizers)
"""

import json
from pathlib import Path

from tokenizers import Tokenizer

texts=["", "こんにちは 世界","a1２③12 ①②x","  two  spaces ","tab\tnew\nline\r\n\n x","don't I'll HE'S","\ufeffbom\ufeff x","nel\u0085x \u0085 y","全角　空白","😀👨‍👩‍👧 é e\u0301","1,234.5％!?。、「」$+<=>^`|~","--a-b--c","_snake_ x__y","ａｂｃ１２","\u200b zero\u200dw","x ","  ","日本語123abc!!", "²½Ⅷ٣", "a\u00a0b\u2003c\u3000", "aa--bb-- --", "\x00\x1f\x7f"]
S=lambda p,b,i=False: {"type":"Split","pattern":p,"behavior":b,"invert":i}
cases=[]
for b in ["Removed","Isolated","MergedWithPrevious","MergedWithNext","Contiguous"]:
    for i in (False,True):
        cases.append(S({"String":"-"},b,i)); cases.append(S({"Regex":"\\s+"},b,i)); cases.append(S({"Regex":"\\p{N}"},b,i))
    cases.append({"type":"Punctuation","behavior":b})
cases += [S({"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},"Isolated"),
 S({"Regex":"[^\\S\\n]+|\\n"},"Isolated"),
 {"type":"Digits","individual_digits":True},{"type":"Digits","individual_digits":False},{"type":"Whitespace"},{"type":"WhitespaceSplit"},{"type":"BertPreTokenizer"},{"type":"CharDelimiterSplit","delimiter":"-"},{"type":"CharDelimiterSplit","delimiter":" "},
 *[{"type":"ByteLevel","add_prefix_space":a,"trim_offsets":True,"use_regex":r} for a in (True,False) for r in (True,False)],
 *[{"type":"Metaspace","replacement":"▁","prepend_scheme":s,"split":sp} for s in ("always","first","never") for sp in (True,False)],
 {"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":True},{"type":"ByteLevel","add_prefix_space":False,"trim_offsets":True,"use_regex":True}]},
 {"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":True}]},
 {"type":"Sequence","pretokenizers":[S({"Regex":"\\p{N}{1,3}"},"Isolated"),S({"Regex":"[一-龥぀-ゟ゠-ヿ]+"},"Isolated"),{"type":"ByteLevel","add_prefix_space":False,"trim_offsets":True,"use_regex":False}]},
]

HOLDER = (
    '{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":%s,'
    '"post_processor":null,"decoder":null,"model":{"type":"BPE","vocab":{},"merges":[]}}'
)


def pieces_of(case):
    cut = Tokenizer.from_str(HOLDER % json.dumps(case)).pre_tokenizer.pre_tokenize_str
    return [[piece for piece, _ in cut(text)] for text in texts]


recorded = {"texts": texts, "cases": [{"pre_tokenizer": case, "pieces": pieces_of(case)} for case in cases]}
target = Path(__file__).parent.parent / "core/tokenizers/fixtures/pre-tokenizers.json"
target.write_text(json.dumps(recorded, ensure_ascii=False) + "\n", encoding="utf8")
