"""A long notice written for these tests: Chinese of every kind a real one holds."""

from reports.rendering.notice_text import (
    Block,
    Heading1,
    Heading2,
    Heading3,
    NoticeText,
    Paragraph,
)

TITLE = "中共示例区政务服务数据管理局党组关于巡察整改进展情况的通报"

_OPENING = (
    "根据区委统一部署，2021年1月4日至3月26日，区委第二巡察组对区政务服务数据管理局党组开展了常规"
    "巡察，并于4月21日反馈了巡察意见。按照党务公开原则和巡察工作有关要求，现将整改进展情况予以公布。"
)
_THEMES = (
    "学习贯彻上级决策部署不够深入",
    "窗口服务管理有短板",
    "合同审核把关不严",
    "干部队伍建设谋划不足",
    "数据共享‘最后一公里’没有打通",
    "财务报销审批流于形式",
)
_PROBLEMS = (
    "理论学习‘照本宣科’",
    "业务系统‘多头建设’、重复投入",
    "窗口人员考勤‘宽松软’",
    "固定资产账实不符",
)
_MEASURES = (
    "一是健全制度。修订《窗口服务管理办法》《综合窗口轮岗规则》，明确首问负责、一次告知、限时办结"
    "三项要求，并把落实情况纳入月度考核。二是压实责任。由分管负责同志牵头，逐项建立台账，每周调度、"
    "每月通报，对进度滞后的科室“点对点”提醒。三是跟踪问效。组织回访群众312人次，满意率为98.6%，"
    "收集意见47条，已全部办结。",
    "已完成整改。局党组先后召开专题会议5次，研究制定《数据资源共享目录（2021年版）》，梳理共享事项"
    "1286项，清理长期闲置的接口39个；对涉及的2个信息化项目重新组织评审，核减预算136.5万元，追回多付"
    "款项3.2万元。对负有责任的1名科级干部批评教育，责令其作出书面检查。",
    "针对反馈指出的“重建设、轻运维”现象，我局组织技术力量对在用系统开展全面体检，建立“一系统一档案”"
    "，明确运维单位、服务标准和处置时限；同时引入第三方测评，按季度公布结果，结果直接与合同付款挂钩，"
    "切实做到花钱问效、无效问责。目前各系统运行平稳，未再发生超过半小时的服务中断。",
    "坚持举一反三。以本次巡察为契机，全面排查同类问题，新建、修订制度17项；其中，《采购管理规定》对"
    "小额采购的询价、比选、验收作出细化，《公务用车使用细则》要求“一车一档、一次一单”，从源头上堵塞漏"
    "洞。下一步，将继续加强监督检查，防止问题反弹回潮。",
)


def sample_notice(areas: int = 8) -> NoticeText:
    """Fifteen pages and a little at eight areas."""
    blocks: list[Block] = [
        Paragraph(_OPENING),
        Heading1("一、", "整改工作组织情况"),
        Paragraph(
            "局党组把抓好巡察整改作为一项重要政治任务，第一时间成立整改工作领导小组，由主要负责同志任"
            "组长，班子成员分工负责。领导小组下设办公室，抽调骨干力量集中办公，逐条逐项研究整改措施，形成"
            "问题清单、任务清单、责任清单，做到件件有着落、事事有回音。"
        ),
        Heading1("二、", "巡察反馈问题整改落实情况"),
    ]
    numerals = "一二三四五六七八九十"
    for area in range(areas):
        blocks.append(Heading2(f"（{numerals[area]}）", f"“{_THEMES[area % 6]}”方面"))
        for number, problem in enumerate(_PROBLEMS, start=1):
            blocks.append(Heading3(f"{number}.", f"针对“{problem}”的问题"))
            text = _MEASURES[(area + number) % 4]
            blocks.append(Paragraph(text, lead="整改情况："))
            if (area + number) % 2:
                blocks.append(Paragraph(_MEASURES[(area + number + 1) % 4]))
    blocks += [
        Heading1("三、", "下一步工作打算"),
        Paragraph(
            "我局将继续把巡察整改作为长期任务抓紧抓实，对已完成的任务适时开展“回头看”，对需要长期坚持的"
            "任务紧盯不放、一抓到底，以整改成效推动政务服务提质增效。"
        ),
        Paragraph(
            "欢迎广大干部群众对巡察整改落实情况进行监督。如有意见建议，请及时反映。联系方式：电话"
            "0755-00000000；邮政信箱：示例区示范路1号政务服务数据管理局办公室，邮政编码518000；电子邮箱"
            "office@example.org。"
        ),
    ]
    return NoticeText(TITLE, tuple(blocks), "中共示例区政务服务数据管理局党组", "2021年5月12日")


def pure_chinese_paragraph(characters: int) -> str:
    """Han characters only, no punctuation: every full line must hold exactly 28."""
    stock = "各级各部门坚持问题导向层层压实整改责任逐项明确时限要求统筹推进长效机制建设取得明显成效"
    return (stock * (characters // len(stock) + 1))[:characters]
