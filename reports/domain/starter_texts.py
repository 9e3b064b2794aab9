"""First words for a drafter who starts from nothing. No figures here: the ledger computes them."""

from typing import Any

from issues.models import Inspection
from rectify.lib.chinese_dates import format_date


def starter_sections(inspection: Inspection) -> dict[str, Any]:
    """Sections of a public notice, in the shape of `Document.sections`."""
    organization = inspection.organization
    group = organization.party_group_name or organization.name
    team = inspection.team or "巡察组"
    visit = ""
    if inspection.entered_on and inspection.left_on:
        visit = f"{format_date(inspection.entered_on)}至{format_date(inspection.left_on)}，"
    feedback = f"{format_date(inspection.feedback_on)}，" if inspection.feedback_on else ""
    return {
        "intro": (
            f"{visit}{team}对{organization.name}开展了{inspection.name}。{feedback}{team}向{group}"
            "反馈了巡察意见。按照巡察工作有关要求，现将整改进展情况予以公布。"
        ),
        "organisation": [
            {
                "title": "加强组织领导",
                "text": f"{group}把巡察整改作为重要政治任务，主要负责人负总责，班子成员按分工"
                "负责，逐项明确责任领导、责任科室和完成时限。",
            },
            {
                "title": "实行台账管理",
                "text": "对反馈问题逐条建立台账，按周收集进展，对照佐证材料核对结果，"
                "对进展缓慢的事项及时提醒督办。",
            },
        ],
        "results_lead": "",
        "next_steps": [
            {
                "title": "抓好后续整改",
                "text": "对尚未完成和需要长期坚持的事项，保持责任不变、要求不降，"
                "按时限推进并定期复核。",
            },
            {
                "title": "巩固整改成果",
                "text": "对已完成事项适时开展回头看，防止问题反弹；"
                "把行之有效的做法转化为制度，长期执行。",
            },
        ],
        "contact_note": "欢迎干部群众对巡察整改落实情况进行监督。如有意见建议，请及时反映。",
    }
