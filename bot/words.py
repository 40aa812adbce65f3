"""Words that operators use for the same thing, written in the language of `bot.phrases`."""

from __future__ import annotations

USER_EN = "user|customer|client|buyer|member|shopper|account|consumer|purchaser|guest"
USER_ZH = "用户|客户|顾客|会员|买家|客人|消费者|账户|账号|老客户|老顾客|老客|客"

# A class may use the classes above it.
WORDS = {
    "user": f"{USER_EN}|{USER_ZH}",
    "users": "users|customers|clients|buyers|members|shoppers|accounts|people|consumers|guests|user"
    "|customer"
    f"|{USER_ZH}|的人|人",
    # -- leaving: an active user places no order any more -------------------------------------------
    "leave": "(churn|leave|quit|go|lapse|defect|walk|disappear|go away|walk away|run away|drop off|drop out"
    "|churn out|be lost|get lost|churning|stop (buying|ordering|shopping|purchasing)) [us] [soon]",
    "leaves": "(churns|leaves|quits|goes|lapses|defects|walks away|goes away|drops off|drops out"
    "|stops (buying|ordering|shopping|purchasing)) [us] [soon]",
    "leaving": "(churning|leaving|quitting|going|lapsing|defecting|walking away|going away|dropping off"
    "|dropping out|churn|attrition|loss|being lost|stopping (buying|ordering|shopping)) [us] [soon]",
    "about to": "[about|going|likely|ready|prone|liable|expected|set|bound|planning|close|gonna] to|gonna"
    "|(at [high] risk|in danger|on the verge|at the risk|close|capable) of|close to",
    "at risk": "(at|in) [high|higher|highest|great|big|serious|the highest|the most] (risk|danger) [of "
    "<leaving>|to <leave>]"
    "|[high|higher|highest] risk|risky|riskiest|endangered|vulnerable|flagged|a [high|churn"
    "|flight|big|serious] [churn] risk|high [flight|churn] risk"
    "|<about to> (<leave>|<leaving>)|<leaving>",
    "流失": "流失|离开|流走|跑路|跑掉|跑|走掉|走人|走|离店|离我们而去|不来|不买|不再来|不再买|不再购买"
    "|不再下单"
    "|不下单|弃我们而去|丢|丢失",
    "会": "会不会|是否会|是不是会|是不是要|是不是快|是不是快要|是不是即将|是不是想|是不是打算"
    "|是不是可能|会|可能会|可能要|可能|要|快要"
    "|快|将|将会|将要|即将|有可能会|有可能|有没有可能|是否可能|是否要|是否即将|是否有可能|容易"
    "|打算|准备|想|要不要|马上要|马上就要"
    "|马上|很快会|已经|是否|是不是|就要|正要|大概会|应该会|应该",
    # -- the risk, as a thing ------------------------------------------------------------------------
    "risk": "[churn|attrition|defection|leaving|retention|loss] (risk|probability|likelihood|chance"
    "|chances|odds|propensity)"
    " [score|level|rating|value|percentage|number|forecast|of <leaving>|to <leave>]"
    "|(churn|attrition) (score|rating|level|forecast|prediction|outlook|status|estimate|percentage|%)"
    "|[的] (流失|离开|流走|跑路|跑掉|走掉|离店) [的] (风险|概率|几率|机率|可能性|可能|倾向|危险"
    "|预测|预警|评分|得分|分数|情况|机会|趋势)"
    " [值|度|系数|指数|等级|级别|程度|分数|评分|得分|分|情况|大小|结果]"
    "|[的] 风险 [值|度|系数|指数|等级|级别|程度|分数|评分|得分|分|情况|概率|大小]",
    "high": "[so|very|that|this|too|really] (high|big|great|large|elevated|bad)",
    "是多少": "[现在|目前|当前|到底|究竟] [是|有|为|会|能] (多少|多大|多高|多少分|百分之几|几成|几|多严重)"
    "|[是|到底|现在|目前] (什么情况|如何|怎么样|怎样|咋样|什么|什么水平|什么程度|高还是低|高低)"
    "|[是不是|是否|算|算不算|比较|很|挺|非常|有点|太] (高|大|严重)|高不高|大不大|严重不严重"
    "|严不严重|高低|大小",
    # -- asking --------------------------------------------------------------------------------------
    "what is": "what is|what's|what are|what was|how (high|big|large|great|bad|strong|much) (is|are)",
    "show": "show|give|get|see|view|display|check|fetch|find|look up|look at|tell|need|want|read|pull up"
    "|bring up|open",
    "predict": "predict|estimate|calculate|compute|assess|evaluate|forecast|score|analyse|analyze|work out"
    "|find out",
    "list": "[<show>] [me|us] [a|the] [full|complete] list [of]|<show> [me|us]|name|print|find|what are"
    "|who are|which are|any"
    "|are there [any]|do we have [any]|is there [any]|have we [any]|extract|who|rank",
    "the": "the|a|an|all|all the|all of our|all our|our|my|some|any|every|me the",
    "above": "above|over|more than|greater than|higher than|at least|exceeding|beyond|upwards of|no less "
    "than|not less than|not below|bigger than"
    "|larger than|>|>=|=>|≥|of at least|超过|高于|大于|多于|不低于|不小于|不少于|至少|超出|达到"
    "|高过|大于等于|在|有|满|过|达",
    "以上": "以上|及以上|之上|或以上|或更高|往上|朝上|的以上|or more|or higher|or above|and above|and up"
    "|and higher|plus",
    "看": "(查看|查询|查找|查|看看|看|显示|预测|评估|估计|估算|计算|算|分析|判断|检查|测|了解|列出|列"
    "|给出|调出|打开|搜索|搜|找)"
    " [一下|一看|下|出|看|一算]",
    "列出": "(列出|列|列举|给出|给|找出|找|查看|查询|查找|查|看看|看|显示|筛选|筛|筛选出|筛出|导出|推荐"
    "|要|展示|输出|拉出|拉|整理|来|罗列|统计|排出|告诉)"
    " [一下|下|出|出来|一份|一个|份|我|我们] [所有|全部|全体|我们|我们的|店里|本店|店铺]|所有"
    "|全部|我们|店里|本店|有没有|有|是否有|有什么|最近|目前|现在|当前|有哪些|有多少个",
    "名单": "[的] (名单|列表|清单|排行|排行榜|排名|名册|表|榜单)",
    "哪些": "[的] [都|现在|目前|分别|到底] [有|是] (哪些|哪几个|哪几位|谁|哪些人|哪位|什么人|啥人)",
    "个": "个|名|位|人|大|条|家|个人",
    "为什么": "为什么|为何|为啥|怎么|怎么会|凭什么|干嘛|咋|什么原因|是什么原因|因为什么|为了什么|何以"
    "|原因是什么|为什么说|怎么就",
    "原因": "原因|因素|理由|依据|缘由|根源|诱因|主因|解释|根据|来源|缘故",
    "again": "again|anew|now|afresh|once more|one more time|from scratch",
    "model": "[the|your|our|this|a|that|my|current] [current|churn|prediction|predictive|risk|live"
    "|promoted|active|ml|ai] (model|models|predictor)"
    "|[the|your|our|these|those] (predictions|prediction|forecasts|scores|risk scores|churn "
    "predictions|churn prediction|forecast|probabilities)",
    "模型": "[你|你的|您的|你们的|这个|那个|当前|目前|现在|现有|现在的|我们的|我们|目前的|当前的|该"
    "|咱们的] [的] [流失|流失预测|预测|风险|流失风险|机器学习]"
    " [的] (模型|预测|预测结果|预测模型|算法|评分)",
    "data": "[on|with|using|from|over] [the|our|all|all the] [latest|newest|new|fresh|current|recent"
    "|most recent|updated|today's] data",
    "数据": "(用|使用|拿|根据|基于|以|按) [最新|最新的|新|新的|最近的|现有|所有|全部|今天的] (数据|订单"
    "|资料)",
    # -- which users a list is about: arguments segment, category and not_category ---------------------
    "segment": "[rfm|customer|user] (segment|group|cluster)",
    "in segment": "[who are|that are|and are|who is] (in|from|of|within|belonging to|who belong to) [the] "
    "<segment> {segment:segment}"
    "|[who are|that are] (in|from|of|within) [the] {segment:segment} (segment|group|cluster)"
    "|(among|from among|of|from|in) [the|our] {segment:known_group}",
    "not bought": "(but|and) (not|never|no|did not buy|didn't buy|have not bought|haven't bought|never bought"
    "|not bought|have never bought|without) [any] {not_category:category}|without {not_category:category}"
    "|not {not_category:category}",
    "who bought": "[(who|that|which) [have|has]] [ever|already] (bought|buy|ordered|purchased|buys) [from] "
    "[the] [category] {category:category} [(and [also]|as well as) {also_category:category}] [,]"
    " [<not bought>]"
    "|(who|that|which) (never|have never|did not|didn't|have not|haven't) (buy|bought|order|ordered) [any] "
    "{not_category:category}",
    "who spent": "[and|,|who|that|have|has] (worth|spending|spend|spent|with|of) <above> {min_value:money}"
    "|<above> {min_value:price}",
    "filtered": "<in segment> [and|,|who] [<who bought>]|<who bought> [and|,] [<in segment>]",
    "分群": "分群|分组|群体|人群|细分|segment|客群|群",
    "属于": "(属于|在|处于) [<分群>] {segment:segment} [<分群>] [里|中|里面|当中|内] [的]"
    "|{segment:segment} <分群> (里|中|里面|当中|内) [的]"
    "|<分群> {segment:segment} [里|中|里面|当中|内] [的]|{segment:known_group} [里|中|里面|当中|内] [的]",
    "没买过": "[但|但是|却|而|且|并且|,] (没买过|没有买过|未买过|没买|从没买过|从未买过|不买|没购买过"
    "|没有购买过|未购买过|未购买) {not_category:category} [类|商品|产品|品类] [的]",
    "买过": "[曾|曾经] (买过|购买过|买了|买) {category:category}"
    " [(和|也买过|又买过|并买过|还买过|以及|及) {also_category:category}]"
    " [类|商品|产品|品类] [的] [<没买过>]"
    "|<没买过>",
    "花费": "[累计|总|总共|一共] (消费|花费|花|消费额|消费金额|金额|价值)[了]"
    " (<above> {min_value:money} [<以上>]|{min_value:money} <以上>) [的]",
    "筛选": "<属于> [且|并且|,|而且|里] [<买过>]|<买过> [且|并且|,] [<属于>]",
}

# Around a sentence; stripped one by one, so that "tell me" may also belong to the sentence.
BEFORE = (
    "hello there|hello|hi there|hi|hey there|hey|dear bot|good morning|good afternoon|good "
    "evening|morning|ok|okay|so|well|and|now|also|then|yo|opsbot"
    "|bot|sorry|excuse me|quick question|question|please|pls|plz|kindly|thanks|alright|right|just"
    "|quickly|btw|by the way|hmm"
    "|can you|could you|would you|will you|can u|could u|would you mind|are you able to|can i"
    "|could i|may i|can we|could we|let me|lemme|let's|lets|let us"
    "|i want to|i would like to|i'd like to|i like to|i need to|i wanna|i want you to|i would like "
    "you to|i'd like you to|i need you "
    "to|i have to|i must|we want to|we need to|we would like to|we'd like to"
    "|i need|i want|i would like|i'd like|we need|we want|i wonder|i'm wondering|i am wondering"
    "|i was wondering|i am curious|i'm curious"
    "|you tell me|tell me|show me|give me|get me|find me|let me know|let me see|send me|show us"
    "|tell us|give us|know|see|hear|have|help me find|help me see|help me check|help me "
    "understand|help me know|help me to|help me identify|help me"
    "|do you know|any idea|is it possible to|it would be great to|if you could|go ahead and|try "
    "to|do me a favour and"
    "|请问一下|请问下|请问|请教一下|请|麻烦你|麻烦您|麻烦|劳驾|拜托|帮忙|帮我们|帮我|帮|给我|替我"
    "|为我|跟我|和我|对我|向我|你好呀|你好|您好|嗨|哈喽|哈啰|早上好|早|大家好|在吗|喂|嘿"
    "|我想要|我想|我要|我需要|我们想|我们要|想要|想|需要|我想问问|我想问|问一下|问下|问问"
    "|想问一下|想问下|想问|知道一下|知道|了解一下|了解到|了解|得知|搞清楚|弄清楚"
    "|能不能|能否|可不可以|可以|可否|是否可以|你能不能|你能|能|你可以|你|您能|您|你给我|可以帮我"
    "|能帮我|能给我"
    "|告诉我|告诉我们|跟我说说|说说|说一下|说下|讲讲|讲一下|看看|看一下|看下|查一下|查下|查查"
    "|查看一下|查看|查询一下|查询|查|看|显示|列出"
    "|快|赶紧|赶快|尽快|马上|立刻|现在|目前|当前|今天|那么|那|好的|好|嗯|哎|对了|顺便|再|谢谢"
    "|辛苦|劳烦|烦请|一下|下|机器人|小助手|助手"
)
AFTER = (
    "please|pls|plz|thanks a lot|thanks|thank you very much|thank you so much|thank you|thx|ty"
    "|cheers|asap|right now|now|today|currently|at the moment|at present"
    "|for me|for us|if you can|if possible|if you could|if you don't mind|when you can|right away"
    "|immediately|then|bot|mate|man|team|guys|ok|okay|really|exactly|anyway"
    "|in our shop|in the shop|in our store|in the store|in my shop|in my store|actually|would you|or what"
    "|will you|could you|can you|right"
    "|吗|呢|吧|啊|呀|么|嘛|哦|哈|噢|喔|啦|哇|咧|捏|谢谢你|谢谢您|谢谢啦|谢谢|谢了|多谢|感谢"
    "|拜托了|拜托|麻烦了|辛苦了|辛苦"
    "|一下|现在|目前|今天|好吗|好不好|可以吗|行吗|行不行|行不|可以不|好么|可好|给我|给我看看"
    "|给我看|看看|看一下|我看看|让我看看|来看看|到底|究竟"
)
