"""Simplified Chinese names, chosen from the untagged names of GeoNames and the tagged ones of
Natural Earth. Traditional and Japanese characters are turned by Debian's opencc."""

import re
import subprocess
from collections import Counter

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+(?:[·・－-][\u3400-\u4dbf\u4e00-\u9fff]+)*")
ENDINGS = ("自治州", "地区", "市", "县", "区", "镇", "乡", "村", "街道")


def is_han(text):
    return bool(HAN.fullmatch(text))


def turned(texts, configuration):
    """Each text as opencc makes it."""
    texts = sorted(texts)
    done = subprocess.run(
        ["opencc", "-c", configuration], input="\n".join(texts), capture_output=True, text=True,
        check=True,
    )
    return dict(zip(texts, done.stdout.split("\n")))


class Simplifier:
    def __init__(self, texts):
        texts = {t for t in texts if t}
        self.simple = turned(texts, "t2s.json")
        from_japanese = turned(texts, "jp2t.json")
        again = turned(set(from_japanese.values()), "t2s.json")
        self.japanese = {t: again[from_japanese[t]] for t in texts}

    def __call__(self, text):
        return self.simple.get(text, "") if text else ""

    def choose(self, names, country):
        """The name that most of `names` become; of equals the one without an ending, the
        shortest."""
        table = self.japanese if country == "JP" else self.simple
        names = [n.replace("・", "·").replace("－", "-") for n in names]
        pure = [n for n in names if self.japanese.get(n) == self.simple.get(n)] or names
        votes = Counter(table[n] for n in (pure if country != "JP" else names) if n in table)
        if not votes:
            return ""
        return min(votes, key=lambda n: (-votes[n], n.endswith(ENDINGS), len(n), n))
