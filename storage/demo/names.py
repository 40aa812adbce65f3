"""What the users of the demo shop are called: common names by chance, and numbers that ring nowhere."""

from __future__ import annotations

# Family and given names, the Chinese ones with their pinyin. No pair of them is somebody well known
# (so no Ricci beside Nina); tests/storage/test_demo_shop.py keeps the list of those.
CHINESE_FAMILY = (
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"),
    ("黄", "huang"), ("赵", "zhao"), ("吴", "wu"), ("周", "zhou"), ("徐", "xu"), ("孙", "sun"),
    ("马", "ma"), ("朱", "zhu"), ("胡", "hu"), ("郭", "guo"), ("何", "he"), ("林", "lin"),
    ("高", "gao"), ("罗", "luo"), ("郑", "zheng"), ("梁", "liang"), ("谢", "xie"), ("宋", "song"),
    ("唐", "tang"), ("许", "xu"), ("邓", "deng"), ("冯", "feng"), ("韩", "han"), ("曹", "cao"),
    ("曾", "zeng"), ("彭", "peng"), ("萧", "xiao"), ("蔡", "cai"), ("潘", "pan"),
)  # fmt: skip
CHINESE_FIRST = (
    ("晓梅", "xiaomei"), ("志明", "zhiming"), ("雅婷", "yating"), ("俊豪", "junhao"),
    ("淑芬", "shufen"), ("建国", "jianguo"), ("丽芬", "lifen"), ("文杰", "wenjie"),
    ("思雨", "siyu"), ("子轩", "zixuan"), ("欣怡", "xinyi"), ("浩然", "haoran"), ("秀兰", "xiulan"),
    ("桂芳", "guifang"), ("国平", "guoping"), ("玉珍", "yuzhen"), ("嘉怡", "jiayi"),
    ("宇航", "yuhang"), ("梓涵", "zihan"), ("海燕", "haiyan"), ("春梅", "chunmei"),
    ("雨桐", "yutong"), ("明辉", "minghui"), ("佩珊", "peishan"), ("慧珠", "huizhu"),
    ("家豪", "jiahao"), ("静怡", "jingyi"), ("永福", "yongfu"), ("小红", "xiaohong"),
    ("天佑", "tianyou"), ("诗涵", "shihan"), ("立群", "liqun"), ("凤英", "fengying"),
    ("少华", "shaohua"), ("若梅", "ruomei"),
)  # fmt: skip
EUROPEAN_FAMILY = (
    "Anders", "Baumann", "Bakker", "Bianchi", "Carvalho", "Costa", "Delmas", "Dolezal", "Eriksen",
    "Fischer", "Fontana", "Garnier", "Hauge", "Haddow", "Ivanova", "Jansen", "Kilbride", "Kowalska",
    "Ludvigsen", "Lehmann", "Lindqvist", "Marino", "Mertens", "Moreau", "Mulrane", "Nagy", "Novak",
    "Olsen", "Pereira", "Petrov", "Reed", "Ravelli", "Rovati", "Sanz", "Schmitt", "Salgado", "Visser",
    "Walsh", "Wendel", "Zielinska",
)  # fmt: skip
EUROPEAN_FIRST = (
    "Alice", "Anna", "Beatriz", "Bruno", "Camille", "Carla", "Daniel", "Elena", "Emil", "Eva",
    "Felix", "Fiona", "Greta", "Hanna", "Hugo", "Ida", "Jakob", "Joana", "Karin", "Lars", "Lena",
    "Louise", "Lukas", "Maria", "Marta", "Mats", "Mila", "Nina", "Noel", "Olga", "Oscar", "Paula",
    "Pierre", "Rita", "Rosa", "Simon", "Sofia", "Tomas", "Vera", "Yvonne",
)  # fmt: skip
# Numbers that the British regulator keeps free for drama: they ring nowhere. A thousand each.
DRAMA_NUMBERS = (
    "+44 7700 900", "+44 20 7946 0", "+44 113 496 0", "+44 114 496 0", "+44 115 496 0", "+44 116 496 0",
    "+44 117 496 0", "+44 118 496 0", "+44 121 496 0", "+44 131 496 0", "+44 141 496 0", "+44 151 496 0",
)  # fmt: skip
