"""Breaking a title by meaning into balanced lines (GB/T 9704-2012 7.3.1: 词意完整，梯形或菱形)."""

from __future__ import annotations

import unicodedata
from functools import cache

from reports.rendering.punctuation import CLOSING, NO_LINE_START, OPENING

# 版心 156 mm holds 20 characters of 22 pt; a full line leaves the shape no room, so 19.
LINE_CELLS = 19.0
MOST_LINES = 5
# Words of this trade that a line end must not cut.
_WORD_LIST = (
    "整改 落实 情况 通报 巡察 巡视 反馈 问题 意见 工作 进展 报告 通知 公告 公示 方案",
    "政务 服务 数据 管理 党组 党委 党总支 党支部 委员会 办公室 领导 小组 专项 审计 集中",
    "开展 关于 第一 第二 第三 第四 第五 第六 第七 第八 第九 人民 政府 街道 区委 市委",
    "省委 常规 提级 机动 督查 检查 整治 行动 建设 发展 改革 教育 卫生 健康 财政 住房",
    "城乡 应急 市场 监督 公安 司法 民政 人力 资源 社会 保障 交通 运输 文化 旅游 体育",
    "农业 农村 水务 水利 生态 环境 自然 规划 统计 信访 机关 事务 投资 促进 集团 有限",
    "公司 学校 医院 中心",
)
WORDS = tuple(word for line in _WORD_LIST for word in line.split())
_BAD, _NEVER = 30.0, 1000.0


def cells(text: str) -> float:
    """Width in full-width squares: Chinese characters 1, Latin letters and figures a half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def title_lines(title: str) -> tuple[str, ...]:
    """The title's lines, whose concatenation is the title. Never cuts inside 《》, “” or （），
    never leaves one character alone; a title of up to 19 squares stays whole."""
    wanted = -int(-cells(title) // LINE_CELLS)
    if wanted <= 1:
        return (title,)
    for count in range(wanted, MOST_LINES + 1):
        lines = _most_even(title, count)
        if lines is not None:
            return lines
    return (title,)


def _most_even(title: str, count: int) -> tuple[str, ...] | None:
    """The best cut into ``count`` lines of at most ``LINE_CELLS``, or None where there is none.

    Best: lines of like width, ended between words rather than inside one.
    """
    mean = cells(title) / count
    torn = [_NEVER, _NEVER, *(_cost(title, place) for place in range(2, len(title)))]

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]] | None:
        found: tuple[float, tuple[str, ...]] | None = None
        ends = (len(title),) if left == 1 else range(start + 2, len(title) - 1)
        for end in ends:
            line = title[start:end]
            width = cells(line)
            if width > LINE_CELLS:
                break
            rest = best(end, left - 1) if left > 1 and torn[end] < _NEVER else None
            if left > 1 and rest is None:
                continue
            cost = (width - mean) ** 2 / 4 + (torn[end] + rest[0] if rest else 0.0)
            if found is None or cost < found[0]:
                found = cost, (line, *(rest[1] if rest else ()))
        return found

    answer = best(0, count)
    return answer[1] if answer else None


def _cost(title: str, place: int) -> float:
    """How bad a line end before ``title[place]`` is."""
    before, after = title[place - 1], title[place]
    if after in NO_LINE_START or before in OPENING or _inside_brackets(title, place):
        return _NEVER
    if before.isascii() and after.isascii():
        return _NEVER
    if before.isdigit() or after in "的之了和与及等年月日号":
        return _BAD
    if any(title.startswith(word, place - cut) for word in WORDS for cut in range(1, len(word))):
        return _BAD
    if title.startswith("关于", place):
        return -20.0
    return -3.0 if before in CLOSING or before in "的局委区市县部厅院办处会" else 0.0


def _inside_brackets(title: str, place: int) -> bool:
    head = title[:place]
    return any(
        head.count(opening) > head.count(closing)
        for opening, closing in ("《》", "“”", "‘’", "（）", "〔〕", "()")
    )
