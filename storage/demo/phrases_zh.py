"""What Chinese-reading users of the demo shop write: openings, what it is about, closings.

`{item}` is the product, `{days}` a number of days, `{people}` somebody, `{use}` what it is for.
"""

from __future__ import annotations

PEOPLE = ("妈妈", "朋友", "同事", "家里老人", "女儿", "室友", "公公婆婆", "客人")
USES = ("早餐", "办公室", "周末下午", "送礼", "出差", "待客", "晚上放松", "过生日")

COMPLAINT_OPENINGS = (
    "非常失望。",
    "这次体验很差。",
    "老顾客了，这次真的不满意。",
    "本来很期待，",
    "怎么会这样？",
    "一般不写差评。",
    "这单有问题。",
    "很不开心。",
    "本来是买给{people}的，",
    "本来打算{use}用的，",
)
COMPLAINT_CLOSINGS = (
    "以后不会再买了。",
    "希望改进。",
    "客服也不回复。",
    "准备换一家店了。",
    "太让人生气了。",
    "没有想到会这样。",
    "一星都嫌多。",
    "等客服又等了{days}天。",
    "连{people}都看不下去。",
    "{use}都耽误了。",
)
COMPLAINTS = {
    "late": (
        "{item}晚到了{days}天。",
        "{item}比承诺的时间多等了{days}天。",
        "物流太慢，{item}拖了{days}天才到。",
        "{item}在仓库里停了{days}天没动。",
        "{item}的快递信息{days}天没有更新。",
        "需要的时候{item}没到，迟了{days}天。",
        "发货太慢了，一个{item}等了又等，超了{days}天。",
        "快递延误，{item}迟到{days}天。",
    ),
    "damaged": (
        "{item}收到就是碎的。",
        "{item}上有一道很长的裂纹。",
        "{item}包装太差，到手已经破损。",
        "打开箱子，{item}的口沿缺了一块。",
        "箱子压扁了，{item}也坏了。",
        "{item}碎成几块，里面几乎没有缓冲材料。",
    ),
    "wrong_item": (
        "我买的是{item}，寄来的却是别的。",
        "发错货了，不是我要的{item}。",
        "{item}的规格发错了。",
        "箱子里根本没有{item}，发错了。",
        "订单弄混了，少了{item}。",
    ),
    "stale": (
        "{item}喝起来不新鲜。",
        "{item}一点香味都没有。",
        "{item}有一股纸箱味，味道很淡。",
        "{item}像是放了很久的陈货，有霉味。",
        "{item}快过期了，口感很差。",
    ),
    "leaking": (
        "{item}壶嘴漏水。",
        "{item}底部一直滴水。",
        "{item}用了{days}天就开始漏水。",
        "每次用{item}倒水，桌上都是一滩水。",
        "{item}接缝不严，漏水。",
    ),
    "price": (
        "{item}涨价太多了。",
        "十月以后{item}比以前贵了不少。",
        "{item}价格涨了，质量却没有变好。",
        "以前经常买{item}，现在这个价格买不起了。",
        "同样的{item}别家更便宜。",
    ),
}

PRAISE_OPENINGS = (
    "很满意。",
    "非常好。",
    "质量不错。",
    "和描述一致。",
    "一如既往地好。",
    "太喜欢了。",
    "买来{use}的。",
    "送给{people}的。",
    "已经是第三次回购了。",
    "{people}推荐的，果然不错。",
)
PRAISE_CLOSINGS = (
    "会再来。",
    "发货也快。",
    "包装很仔细。",
    "强烈推荐。",
    "{use}正合适。",
    "{people}也很喜欢。",
    "价格公道。",
    "又给{people}买了一份。",
    "谢谢店家！",
    "{days}天就到了。",
)
PRAISES = {
    "tea": (
        "{item}香气足，口感顺滑。",
        "{item}很耐泡。",
        "{item}回甘明显。",
        "{item}条索完整，很新鲜。",
        "{item}现在每天都喝。",
        "{item}滋味醇厚。",
    ),
    "coffee": (
        "{item}新鲜，味道浓郁。",
        "{item}每天早上来一杯，很好。",
        "{item}油脂丰富。",
        "{item}烘焙得当，一点不苦。",
        "{item}闻起来特别香。",
    ),
    "ware": (
        "{item}做工扎实，很好看。",
        "{item}质量好，容易清洗。",
        "{item}手感很舒服。",
        "{item}每天都在用。",
        "{item}实物比图片还漂亮。",
        "{item}出水利落，不滴漏。",
    ),
}
LUKEWARM = (
    "{item}还可以，没什么特别的。",
    "{item}{use}够用了。",
    "{item}一般般，喝过更好的。",
    "这个价格的{item}算凑合。",
    "{people}比我更喜欢这个{item}。",
    "{item}中规中矩，物流{days}天。",
)
SHORT_PRAISE = ("好评", "不错", "很好", "满意", "赞", "好", "可以的")
