"""What words mean to the search for conflicts: measures with several names, words that set a scope, empty words."""

from __future__ import annotations

from collections.abc import Iterable

from rackmath.audit.conflicts.stems import stem
from rackmath.audit.listed import listed

_MEASURES = {
    "price": """price priced pricing cost costs charge charges fee rate tariff list ask asks bill billed pay pays paid
    quote quoted quotes sell sells sold clear cleared trade traded hands buy
    bought worth rent rents rented rental lease leased hire hires let letting lettings""",
    "rent": "rent rents rented rental lease leased hire hires let letting lettings",
    "revenue": "revenue sales turnover income earn earns earned takings receipts",
    "profit": "profit surplus ebitda earnings",
    "spend": """spend spends spent spending budget outlay expense expenses expenditure expenditures cost costs
    opex invest invested""",
    "debt": "debt debts owe owes owed borrow borrowed borrowing loan loans arrears",
    "capex": "capex",
    "deficit": "deficit deficits overspend overspends overspent overspending shortfall shortfalls",
    "saving": "save saves saved saving savings",
    "grant": "subsidy subsidies subsidise grant grants aid",
    "wage": "wage wages salary salaries salaried earn earns earned pay pays paid",
    "valuation": "valuation valued capitalisation capitalization",
    "draw": """draw draws drew drawn load consume consumes consumed consumption use uses used using usage burn burns
    burned burnt pull pulls pulled""",
    "duration": "take takes took taken last lasts lasted duration",
    "wait": "wait waits waited queue queues delay delays",
    "life": "life lifetime lifespan lives depreciate depreciated depreciation",
    "speed": """throughput speed push pushes pushed serve serves served emit emits emitted process processes processed
    handle handles handled rate generate generates produce produces sustain sustains sustained""",
    "lose": """lose loses lost loss losses evaporate evaporates evaporated evaporative leak leaks leaked leaking
    leakage""",
    "staff": """staff post posts head heads headcount employee employees fte ftes workforce personnel payroll worker
    workers wte wtes""",
    "rider": "rider riders passenger passengers ridership boarding boardings commuter commuters",
    "home": "home homes household households dwelling dwellings house houses premises",
    "lorry": "lorry lorries truck trucks hgv",
    "ship": "ship ships vessel vessels boat boats",
    "patient": "patient patients",
    "pupil": "pupil pupils student students",
    "client": """customer customers client clients subscriber subscribers tenant tenants take-up uptake
    penetration""",
    "share": "share proportion fraction percentage",
    "yield": "yield yields output produce produces produced production",
    "move": "move moves moved moving transfer transfers transferred transport haul relocate relocating repositioning",
    "fault": "fault faults failure failures fail failed fails breakdown breakdowns outage outages afr",
    "make": "build builds built construct constructed construction",
    "distance": "mileage kilometre kilometres kilometer kilometers km mile miles distance",
    "area": "area acreage footprint",
    "vacancy": "vacant vacancy vacancies unfilled empty",
    "visit": """visit visits visited visitor visitors attendance attendances gate gates crowd crowds spectator
    spectators""",
    "ground": "ground stadium arena",
    "error": "error errors mistake mistakes",
    "waste": "waste wastes wasted discard discards discarded bin binned throw throws threw thrown",
    "car": "car cars vehicle vehicles",
    "live": "live energised energized online operational commissioned",
    "prompt": "prompt prompts input inputs",
    "answer": "answer answers output outputs completion completions",
    "request": "request requests call calls query queries",
    "coder": "coding coder coders programming",
    "delay": "lead lead-time",
    "megalitre": "megalitre megalitres megaliter megaliters ml",
    "large": "large big huge",
    "main": "main anchor largest biggest leading principal",
    "punctual": "punctual punctuality on-time",
    "cancel": "cancel cancels cancelled canceled cancellation cancellations scrapped",
    "employ": "employ employs employed employing staff staffed headcount employee employees workforce fte ftes",
    "contract": "contract contracts agreement agreements deal deals",
    "upkeep": "maintain maintains maintained maintenance upkeep servicing shape",
    "user": "user users subscriber subscribers",
    "paying": "paying payer payers",
    "burn": "burn burns burned burnt burning",
    "run-rate": "run-rate annualised annualized",
    "grow": "grow grows grew grown growth growing expand expands expanded expansion",
    "support": "subsidy subsidies contribution contributions contributed contributes support aid grant grants",
    "ticket": "ticket tickets pass passes",
    "journey": "journey journeys trip trips ride rides crossing crossings sailing sailings voyage voyages",
    "age": "age aged old older",
    "margin": "margin margins",
    "occupy": "occupancy occupied occupy occupies utilisation utilization utilised utilized busy",
    "churn": "churn churns churned attrition leavers",
    "recover": "recycle recycled recycling recovered recovery reuse reused",
    "defect": "defect defects defective faulty scrap",
    "stock": "stock stocks inventory inventories backlog",
    "member": "member members membership memberships",
    "dose": "dose doses jab jabs shot shots vaccination vaccinations vaccinated",
    "crop": "crop crops harvest harvests harvested",
    "land": "hectare hectares acre acres land",
    "default": "default defaults defaulted delinquency delinquent impairment",
    "deposit": "deposit deposits",
    "mortgage": "mortgage mortgages",
    "branch": "branch branches outlet outlets store stores shop shops",
    "factory": "plant plants factory factories fab fabs works",
    "site": "site sites campus campuses location locations",
    "reserve": "reserve reserves buffer buffers",
    "emit": "emission emissions co2 carbon",
    "rain": "rain rainfall precipitation",
    "teacher": "teacher teachers instructor instructors",
    "class": "class classes lesson lessons",
    "nurse": "nurse nurses nursing",
    "doctor": "doctor doctors physician physicians medic medics",
    "bed": "bed beds",
    "surgery": "surgery surgeries operation operations procedure procedures",
    "listen": "stream streams streamed streaming listen listens listened listening play plays played",
    "at-once": "simultaneous simultaneously concurrent concurrently concurrency",
    "remaining": "remaining unexpired outstanding left",
    "chip": "chip chips card cards accelerator accelerators gpu gpus",
    "machine": "machine machines server servers node nodes",
    "hall": "hall halls facility facilities datacentre datacenter",
    "train": "train trains rail railway railways",
    "bus": "bus buses coach coaches",
    "flight": "flight flights departure departures",
    "plane": "plane planes aircraft jet jets airframe airframes",
    "parcel": "parcel parcels package packages shipment shipments",
    "ton": "tonne tonnes ton tons tonnage cargo freight",
    "bottle": "bottle bottles case cases",
    "wine": "wine wines vintage vintages",
    "film": "film films movie movies title titles",
    "goal": "goal goals",
    "seat": "seat seats seating",
    "room": "room rooms",
    "night": "night nights overnight",
    "guest": "guest guests",
    "dealer": "dealer dealers broker brokers reseller resellers",
    "supplier": "supplier suppliers vendor vendors",
    "competitor": "rival rivals competitor competitors",
    "fine": "fine fines penalty penalties",
    "tax": "tax taxes duty duties levy levies",
    "bond": "bond bonds notes coupon coupons",
    "dividend": "dividend dividends payout payouts distribution",
    "interest": "interest coupon",
    "cash": "cash liquidity bank",
    "order": "order orders ordered booking bookings booked",
    "deliver": "deliver delivers delivered delivery deliveries ship shipped ships",
    "download": "download downloads install installs installed",
    "latency": "latency latencies lag",
    "first-token": "ttft first-token",
    "context": "context window",
    "parameter": "parameter parameters weights",
    "hallucinate": "hallucination hallucinations hallucinate hallucinates",
    "accuracy": "accuracy accurate correct",
    "repair": "repair repairs repaired swap swaps swapped replace replaces replaced replacement replacements",
    "spare": "spare spares",
    "cool": "cool cools cooled cooling chiller chillers",
    "water": "water",
    "grid": "grid utility interconnection interconnect",
    "turbine": "turbine turbines",
    "panel": "panel panels solar pv photovoltaic",
    "battery": "battery batteries storage",
    "absent": "no-show no-shows absent absence absences missed attend attended",
    "outsource": "outsource outsourced outsourcing outside external externally contractor contractors",
    "holiday": "holiday holidays christmas festive",
    "overseas": "export exports exported foreign overseas abroad",
    "lapse": "expire expires expired expiry lapse lapses lapsed",
    "dispatch": "despatch despatched dispatch dispatched loaded",
    "complaint": "complaint complaints grievance grievances",
    "injury": "injury injuries accident accidents incident incidents",
    "reader": "reader readers circulation readership",
    "warranty": "warranty warranties guarantee guarantees guaranteed",
    "refund": "refund refunds refunded return returns returned",
    "convert": "conversion conversions convert converts converted",
    "inspect": "inspection inspections inspected",
    "weigh": "weigh weighs weighed weight mass",
    "hold": "hold holds held capacity room accommodate accommodates certified",
    "pledge": "pledge pledged secure secures secured collateral",
    "connect": "connect connects connected connection connections",
}

MEASURES: dict[str, frozenset[str]] = {}
"""What a word may measure, by its stem: `drew` is a draw of power, `cost` a price or spending."""

for _name, _listed in _MEASURES.items():
    for _word in listed(_listed):
        MEASURES[stem(_word)] = MEASURES.get(stem(_word), frozenset()) | {f"={_name}"}


def measures_of(roots: Iterable[str]) -> frozenset[str]:
    """Return what the words with these stems measure."""
    return frozenset(measure for root in roots for measure in MEASURES.get(root, ()))


def meanings(root: str) -> Iterable[str]:
    """Return what a word says to the search: its measures, or itself where it measures nothing."""
    return MEASURES.get(root, (root,))


PEOPLE = frozenset({"=rider", "=patient", "=pupil", "=client", "=staff", "=visit"})
"""Who may be called just people."""

MONEY = frozenset({"=price", "=revenue", "=profit", "=spend", "=debt", "=saving", "=grant", "=wage", "=valuation"})
MEANS = frozenset({stem("average"), stem("averaged"), "mean"})
"""Words of a mean."""

VAGUE = frozenset(
    f"={measure}"
    for measure in [
        "price",
        "spend",
        "draw",
        "speed",
        "share",
        "duration",
        "make",
        "yield",
        "move",
        "life",
        "wage",
        "error",
        "megalitre",
        "burn",
    ]
)
"""Measures of many things: they do not say of what a figure is."""

TIMES = frozenset({"=duration", "=wait", "=life"})
"""Measures that exclude each other, where each side has one."""

STOP = frozenset(
    stem(word)
    for word in listed(
        """a an and are as at be been being but by can could did do does for from had has have if in into is it its
    may might of on or our over so some such than that the their them then there therefore these they this those thus
    to under was we were what when where which while who whose will with would about around roughly approximately
    nearly almost up down more most less least very also still just only even now not no each every per all any other
    another new one two three four five six seven eight nine ten eleven twelve your you he she his her i my me us
    versus against makes make made makes put puts give gives gave came come comes went go goes going got get gets
    keep keeps out off after before because since until through between within during without both either neither
    however though although whether how why here too again ever never once yet same like much many few several own
    half third quarter double twice times time hence already back later above below stands stood sits sit standing
    metre metres tonne tonnes hundred thousand million billion trillion dozen percent cent percentage point points
    number amount level value
    total figure second minute hour day week month year annum annual annually hourly daily weekly monthly quarterly
    yearly dollar pound euro cents pence usd eur gbp typical typically normal usual around fully simply really quite
    average averaged averages mean averaging said say says company firm business management board expect expects
    expected guides guided guidance"""
    )
)
"""Words, periods and sizes that do not tell one quantity from another."""

SAYERS = frozenset(
    stem(word)
    for word in listed(
        """according author brochure claim claimed claims colleague consultation correction data document draft
    earlier figures given leaflet listed maker makers manager memo mention mentioned mentions newspaper note noted
    notebook notice noticed notes page paper plan postscript quote quoted read reader reading readme record recorded
    records regulator release remark report reported reports section sheet slide slides source speak speaks spoke state
    stated states statement talk tell tells told version website write writes wrote interview consultant spokesman
    chairman chief survey surveyed show shows showed shown find finds found finding study count counts counted analyst
    analysts estimate estimates estimated ledger appendix
    disagree disagrees contradict contradicts dispute disputes yearbook"""
    )
)
"""Words of who says it, which tell nothing of what is said."""

QUOTED = frozenset(
    stem(word)
    for word in listed(
        """according disagrees disagree contradicts contradict disputes disputed leaflet brochure newspaper yearbook
        claims claimed claim said say says reported reports report appendix regulator spokesman website wrote writes
        states stated"""
    )
)
"""Words by which a text quotes another, which may contradict it in the next sentence."""

SAY = listed(
    """said says reports reported estimates estimated found finds puts put counts counted claims claimed writes wrote
    notes noted shows states stated expects forecasts reckons survey report study calculates calculated data analysis"""
)


def _axes(*groups: str) -> dict[str, str]:
    """Return a label for each word; the first of a group is the label."""
    return {word: group.split()[0] for group in groups for word in group.split()}


HARD = _axes(
    "median p50",
    "peak peaks peaked maximum highest busiest tops",
    "minimum lowest cheapest",
    "percentile percentiles p90 p95 p99 ninetieth ninety-fifth ninety-ninth",
    "cumulative",
    "marginal incremental",
    "cached",
    "blended",
    "batch batched",
    "input prompt prompts",
    "output completion completions",
    "spot",
    "reserved reservation reservations",
    "on-demand",
    "wholesale",
    "committed",
    "training",
    "inference",
    "prefill",
    "decode decodes decoded decoding",
    "planned proposed",
    "designed",
    "permit permits permitted allowed allowance limit ceiling cap",
    "target targets goal ambition",
    "budget budgets budgeted",
    "contracted",
    "rated nameplate",
    "idle",
    "gross",
    "net",
    "adult adults",
    "child children",
    "whole entire overall nationwide network-wide fleet-wide system-wide company-wide nationally globally worldwide",
    "weekend saturday saturdays sunday sundays",
    "night nights overnight",
    "single",
    "online",
    "pilot",
    "second-hand refurbished",
    "discounted discount discounts",
    "theoretical",
    "historical historically",
    "additional extra further",
    "effective",
    "linear",
    "accelerated",
    "reseller",
    "fine penalty",
)
"""Words that set a scope: where one side has one, the silence of the other is a difference too."""

PERIODIC = {
    stem(word): period
    for word, period in (
        ("hourly", "hour"),
        ("daily", "day"),
        ("nightly", "day"),
        ("weekly", "week"),
        ("monthly", "month"),
        ("quarterly", "quarter"),
        ("yearly", "year"),
        ("annual", "year"),
        ("annually", "year"),
        ("annualised", "year"),
        ("annualized", "year"),
        ("big", stem("large")),
        ("kilowatt", "kw"),
        ("kilowatts", "kw"),
        ("megawatt", "mw"),
        ("megawatts", "mw"),
        ("hectolitre", "hl"),
        ("hectolitres", "hl"),
        ("hectoliter", "hl"),
        ("kilogram", "kg"),
        ("kilograms", "kg"),
        ("kilo", "kg"),
        ("gigabyte", "gb"),
        ("gigabytes", "gb"),
        ("tonnes", stem("tonne")),
    )
}
"""The period that a word tells of; and a word that says the same as another."""

SETTINGS = frozenset({"pilot", "training", "inference", "night", "whole"})
"""Labels that a sentence may owe to those about it."""

OPTIONAL = frozenset({"median", "on-demand", "linear", "single", "adult", "contracted"})
"""Labels of what is usual, so that silence may mean the same."""

BOTH = (
    {"prefill", "decode"},
    {"input", "output"},
    {"training", "inference"},
    {"gross", "net"},
    {"adult adults", "child"},
)
"""Labels that cancel out: "prefill and decode together" is as good as silence."""

SOFT: tuple[frozenset[str], ...] = tuple(
    frozenset(stem(word) for word in group.split())
    for group in (
        "before after initial final previous next former",
        "import export",
        "urban rural",
        "men women",
        "summer winter spring autumn",
        "north south east west northern southern eastern western",
        "weekday weekend saturday sunday",
        "day night",
        "buy sell",
        "lower upper",
        "old new",
        "first second third fourth last",
        "small medium large",
        "low high",
        "read write",
        "retail wholesale list",
        "public private",
        "fixed variable",
        "direct indirect",
        "air liquid",
        "lower upper",
    )
)
"""Words of which two differ; the silence of one side only makes a conflict less sure."""
