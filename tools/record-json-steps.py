"""Records what single steps of a tokenizer.json give: python tools/record-json-steps.py    (needs tokenizers)

Writes core/tokenizers/fixtures/json-steps.json: `patterns` (how a text is cut at an expression of Oniguruma),
`normalizers` (what a text becomes) and `decoders` (the text of pieces). What makes the Rust library panic is left out.
"""

import json
from pathlib import Path

from tokenizers import Tokenizer

HOLDER = dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=None, pre_tokenizer=None,
              post_processor=None, decoder=None, model=dict(type="BPE", vocab={}, merges=[]))

TEXTS = ["", " ", "こんにちは 世界", "a1２③12 ①②x", "x²y ½ Ⅷ٣〇", "\ufeffbom\ufeff x", "nel\u0085x \u0085", "全角　空白　",
         "a𠮷b 𠮷野家 😀😀c\n😀", "e\u0301 é ｶﾞ カ\u3099", "$+<=>^`|~€±、。!", "_a __b‿c", "\n\na\n b\n", "a\u00a0b\u2003c\u2028d\u200be\u200df",
         "\x00\x1f\x7f\x0b", "▁a▁▁b", "Ünïcode ÀÉ İ", "ＡＢＣ ａ１"]
PATTERNS = [r"\w", r"\w+|[^\w\s]+", r"[\w]+", r"\W", r"[^\W]+", r"\b", r"\B", r"\d", r"\D+", r"\s", r"[\s]+", r"\S+", r"\h+", ".", "^", "$",
            r"\A", r"\z", r"\Z", "(?<!a)", "(?!a)", "a|", r"\R", "[[:punct:]]", "[^[:punct:]]+", r"\p{Punct}", "[[:graph:]]+", "[[:print:]]+",
            r"\p{Word}+", r"\p{^L}+", r"\p{Space}", "[a-z&&[^aeiou]]+", r"(?>\s+)a", r"\x{3042}|\x61", "(?i:A)", r"\p{Han}+", r"\p{N}"]
FLAGS = [(a, b) for a in (True, False) for b in (True, False)]
NORMALIZERS = [
    *(dict(type="Strip", strip_left=left, strip_right=right) for left, right in FLAGS),
    *(dict(type="BertNormalizer", clean_text=clean, handle_chinese_chars=clean, strip_accents=strip, lowercase=lower)
      for clean, lower in FLAGS for strip in (None, True)),
    *(dict(type="Replace", pattern=pattern, content=content)
      for pattern, content in (({"Regex": r"\s+"}, " "), ({"Regex": r"\d"}, "0"), ({"Regex": r"\A"}, "▁"), ({"Regex": "(?<!a)"}, "-"),
                               ({"Regex": r"^\s+|\s+$"}, ""), ({"String": ""}, "x"), ({"String": " "}, "▁"))),
]

PIECES = [[], ["▁▁a", "▁b", "▁"], ["▁", "▁▁", "▁c▁"], [" ", " a", "a ", " "], ["aab", "a", "baa"], ["a", "a", "<pad>", "a", "|", "b", "b"],
          ["<0xE3>", "<0x81>", "<0x82>", "▁x"], ["x", "<0xf0>", "<0x9F>", "<0x98>", "<0x80>"], ["<0xE3>", "a", "<0x41>"],
          ["ã", "ģ", "Ĥ", "Ġa"], ["ã", "ģ", "<é>", "▁▁", "é"], ["ï»¿", "a", "\n\n"], ["do", "not", "##s", ".", "n't", "'s", "!"],
          ["a</w>", "b", "c</w>"], ["\n", " a\n", " b", " \n c"], ["  ", "ab", "c "], ["ねこ", "▁①", "　", "😀"], ["l", "o", "l"]]
REPLACE = lambda pattern, content: dict(type="Replace", pattern=pattern, content=content)
BLANKS, BYTES, FUSE = REPLACE({"String": "▁"}, " "), dict(type="ByteFallback"), dict(type="Fuse")
STRIP = lambda content, start, stop: dict(type="Strip", content=content, start=start, stop=stop)
META = lambda scheme, symbol="▁": dict(type="Metaspace", replacement=symbol, prepend_scheme=scheme, split=True)
BYTE_LEVEL = dict(type="ByteLevel", add_prefix_space=True, trim_offsets=True, use_regex=True)
SINGLE = [
    BLANKS, BYTES, FUSE, BYTE_LEVEL, META("always"), META("first"), META("never"), META("always", "_"), STRIP(" ", 1, 0), STRIP(" ", 0, 1),
    STRIP("a", 2, 1), STRIP("▁", 1, 0), dict(type="BPEDecoder", suffix="</w>"), dict(type="BPEDecoder", suffix="a"),
    *(dict(type="WordPiece", prefix="##", cleanup=cleanup) for cleanup in (True, False)),
    *(dict(type="CTC", pad_token="<pad>", word_delimiter_token="|", cleanup=cleanup) for cleanup in (True, False)),
    REPLACE({"String": "ab"}, "c"), REPLACE({"String": ""}, "x"), REPLACE({"Regex": "a+"}, "<A>"), REPLACE({"Regex": "^ "}, ""),
    REPLACE({"Regex": r"(?<!\n)^ "}, ""), REPLACE({"Regex": r"\A\s"}, ""),
]
SEQUENCES = [[BLANKS, BYTES, FUSE], [BLANKS, BYTES, FUSE, STRIP(" ", 1, 0)], [BLANKS, BYTES, STRIP(" ", 1, 0)], [BYTES, META("always")],
             *([first, step] for first in (FUSE, BYTE_LEVEL) for step in SINGLE)]
DECODERS = [*SINGLE, *(dict(type="Sequence", decoders=steps) for steps in SEQUENCES)]


def tokenizer(**parts):
    return Tokenizer.from_str(json.dumps({**HOLDER, **parts}))


def tried(function, value):
    try:
        return function(value)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


def cut(pattern):
    split = tokenizer(pre_tokenizer=dict(type="Split", pattern={"Regex": pattern}, behavior="Isolated", invert=False)).pre_tokenizer
    return [[piece for piece, _ in split.pre_tokenize_str(text)] for text in TEXTS]


recorded = dict(
    texts=TEXTS,
    patterns=[dict(pattern=pattern, cut=cut(pattern)) for pattern in PATTERNS],
    normalizers=[dict(json=part, texts=[tried(tokenizer(normalizer=part).normalizer.normalize_str, text) for text in TEXTS])
                 for part in NORMALIZERS],
    pieces=PIECES,
    decoders=[dict(json=part, texts=[tried(tokenizer(decoder=part).decoder.decode, pieces) for pieces in PIECES]) for part in DECODERS],
)
write = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
lines = [f'"{key}":[\n' + ",\n".join(map(write, values)) + "\n]" for key, values in recorded.items()]
target = Path(__file__).parent.parent / "core/tokenizers/fixtures/json-steps.json"
target.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf8")
