"""Whether 整改情况 tells what was done, or only what is meant to be done: a hint, never a block."""

from __future__ import annotations

import re
from dataclasses import dataclass

from measures.enums import Status


@dataclass(frozen=True)
class Hint:
    """`quote` is the sentence or word of the text, `why` what is odd about it."""

    quote: str
    why: str


ONLY_PLANS = "只写了打算，没有写已经做了什么。请补充已完成的事项、日期或数量。"
NOT_OVER = "状态为“已完成”，但文字说事情还没有结束。请核对状态，或改写这句话。"

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
# 将 that moves an object ("将线索移交纪检组") tells of a deed; before these words, of the future.
_FUTURE = (
    "要|会|继续|进一步|逐步|不断|持续|加强|加大|严格|定期|按照?|于|在|对|以|通过|结合|组织|开展|尽快|"
    "适时|研究|着力|认真|深入|建立|制定|完善|修订|健全|推动|推进|督促|落实|启动|召开|力争|全面|切实|"
    "坚持|强化|抓好|抓紧|争取"
)
_PLANS = re.compile(
    rf"(?<!即)将(?={_FUTURE})"
    r"|(?<![模虚草比起])拟(?![定订制稿写办])"
    r"|计划(?=于|在|用|年|下|今|明|对|开展|组织|召开|修订|建立|制定|出台|完成|通过|安排|采取|推进|邀请)"
    r"|准备(?=在|于|对|用|开展|召开|组织|修订|建立|制定|出台|研究|启动)"
    r"|今后|日后|后续|逐步|下一步|下步|力争|争取|预计|着手|打算|有待|尽快|适时|即将|届时|待.{1,12}后"
)
# What shows that something happened whatever else the sentence says: done, finished, …
_DONE = re.compile(
    r"已(?!着手|计划|准备|列入计划|纳入计划|有打算|在研究|在考虑)|(?<![为除])了(?![解])|完毕|业经|均经"
)
# An object, a date or a number.
_CONCRETE = re.compile(
    r"《[^》]+》|[0-9０-９]"
    r"|[二两三四五六七八九十百千][余多]?(次|项|件|个|名|人|份|场|期|条|万|元|家|处|册|台|套|批|轮|户|笔|天|年|月|日)"
    r"|一(次|项|件|名|份|场|期|条|家|处|册|台|套|轮|户|笔)"
)
# Verbs that tell of something done where no word of planning stands beside them.
_DEEDS = re.compile(
    r"完成|印发|出台|召开|开展|举办|组织|建立|修订|制定|办结|收回|退还|退回|追缴|上缴|缴入|到位|下发|"
    r"签订|清退|约谈|通报|公示|公开|移交|挂牌|竣工|验收|核查|排查|整改|调整|更换|补办|补签|张贴|归档|落实"
)
_UNFINISHED = ("持续推进", "预计", "力争", "初稿", "着手")


def plan_like(text: str, status: str = "") -> list[Hint]:
    """What of the text is odd for a result; empty for a text that tells what was done.

    A text only plans where some sentence does and none tells of anything done, no object, date or
    number. With status 已完成, words that say it goes on are named too.
    """
    sentences = [one.strip() for one in _SENTENCE.findall(text) if one.strip()]
    plans = [one for one in sentences if _plans(one)]
    hints = []
    if plans and not any(_tells(one) for one in sentences):
        hints = [Hint(one, ONLY_PLANS) for one in plans]
    if status == Status.COMPLETED:
        hints += [Hint(word, NOT_OVER) for word in _UNFINISHED if word in text]
    return hints


def _plans(sentence: str) -> bool:
    return bool(_PLANS.search(sentence)) and not _stands(sentence)


def _tells(sentence: str) -> bool:
    if _PLANS.search(sentence):
        return _stands(sentence)
    return _stands(sentence) or bool(_DEEDS.search(sentence))


def _stands(sentence: str) -> bool:
    return bool(_DONE.search(sentence) or _CONCRETE.search(sentence))
