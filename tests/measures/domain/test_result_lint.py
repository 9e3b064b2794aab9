"""The hint on results that only plan: sentences of our own, both ways."""

from __future__ import annotations

import pytest

from measures.domain.result_lint import NOT_OVER, ONLY_PLANS, plan_like
from measures.enums import Status

ONLY_PLANNED = (
    "下一步将加强学习，提高认识。",
    "将进一步完善制度，堵塞漏洞。",
    "今后严格执行有关规定。",
    "拟开展专题培训。",
    "计划在全局范围内组织一次自查自纠。".replace("一次", ""),
    "后续逐步规范台账管理。",
    "将持续加强对下属单位的监督。",
    "日后加强值班值守，杜绝类似问题。",
    "力争按时完成整改。",
    "预计年底前完成。",
    "着手修订管理办法。",
    "准备对有关人员进行约谈。",
    "下步将召开会议研究。",
    "领导高度重视。下一步将认真落实整改要求。",
    "待上级批复后启动建设。",
    "将结合实际健全长效机制；今后定期检查。",
    "已着手修改办事指南。",
    "将对照要求逐项整改到位。",
    "适时组织回头看，确保整改实效。",
    "为了规范管理，将建立工作机制。",
    "争取尽快收回欠款。",
)  # fmt: skip
TOLD = (
    "已建立台账，专人负责登记。",
    "台账已经建立。",
    "印发《会议制度》，明确议事范围。",
    "召开专题会议，研究整改方案。",
    "收回多发补贴3.2万元。",
    "约谈两名责任人。",
    "制定了学习计划，按月组织学习。",
    "5月12日组织全员培训。下一步将加强日常检查。",
    "将12个问题纳入督办清单。",
    "将有关问题线索移交纪检监察组。",
    "修订工作流程。今后严格执行。",
    "将《采购管理办法》汇编成册并下发各科室。",
    "完成全部房屋的清退工作。",
    "拟定整改清单，逐项核查。",
    "模拟演练已开展。",
    "拟于6月30日前完成修订。",
    "在公示栏公开办事流程，接受群众监督。",
    "更换了破损的标识牌。",
    "",
    "   \n",
    "已逐步清理历史欠账，账目核对完毕。",
)


@pytest.mark.parametrize("text", ONLY_PLANNED)
def test_a_result_that_only_plans_is_hinted_at(text: str) -> None:
    hints = plan_like(text, Status.IN_PROGRESS)
    assert hints and all(hint.why == ONLY_PLANS and hint.quote in text for hint in hints)


@pytest.mark.parametrize("text", TOLD)
def test_a_result_that_tells_what_was_done_is_left_alone(text: str) -> None:
    assert plan_like(text, Status.IN_PROGRESS) == []
    assert plan_like(text, Status.COMPLETED) == []


@pytest.mark.parametrize("word", ["持续推进", "预计", "力争", "初稿", "着手"])
def test_completed_though_the_text_goes_on(word: str) -> None:
    text = f"已印发通知2份，{word}后面的工作。"
    assert [(one.quote, one.why) for one in plan_like(text, Status.COMPLETED)] == [(word, NOT_OVER)]
    assert plan_like(text, Status.IN_PROGRESS) == []


def test_every_sentence_that_plans_is_quoted() -> None:
    found = [one.quote for one in plan_like("今后加强学习；下一步完善制度。领导重视。")]
    assert found == ["今后加强学习", "下一步完善制度"]
