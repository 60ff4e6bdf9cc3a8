"""What sort of publisher a domain is: a coarse first judgement, made from the address alone.

The tier says how close the publisher stands to the fact, not whether the page is right. A seller's page is first-hand
about its own prices and a claim about everything else, so vendors have a tier of their own.
"""

from __future__ import annotations

from typing import Literal

Tier = Literal["filing", "regulator", "paper", "standard", "reference", "analyst", "news", "vendor", "blog", "code",
               "aggregator", "unranked"]  # fmt: skip

PRIMARY: frozenset[str] = frozenset({"filing", "regulator", "paper", "standard"})
"""Tiers that carry first-hand evidence."""

TIER_WORDS: dict[str, str] = {
    "filing": "company filings and investor pages",
    "regulator": "governments, regulators and patent offices",
    "paper": "papers and university pages",
    "standard": "standards and benchmark bodies",
    "reference": "encyclopaedias and glossaries",
    "analyst": "analysts and research firms",
    "news": "news",
    "vendor": "sellers of hardware, cloud, models or tools",
    "blog": "blogs and newsletters",
    "code": "code repositories",
    "aggregator": "aggregators and mirrors of others' work",
    "unranked": "not yet judged",
}

_LISTS: dict[Tier, str] = {
    "regulator": "eia.gov ferc.gov justice.gov nist.gov energy.gov uspto.gov wipo.int europa.eu oecd.org bls.gov",
    "paper": "arxiv.org acm.org ieee.org ncbi.nlm.nih.gov nih.gov sciencedirect.com springer.com nature.com oup.com "
    "tandfonline.com mdpi.com medrxiv.org biorxiv.org openreview.net jstor.org ssrn.com repec.org nber.org doi.org "
    "wiley.com plos.org usenix.org aclanthology.org neurips.cc ieomsociety.org rand.org tse-fr.eu iafor.org jecr.org "
    "econlib.org",
    "standard": "mlcommons.org semiconductors.org finops.org spec.org thegreengrid.org opencompute.org top500.org "
    "linuxfoundation.org iso.org ietf.org w3.org irds.ieee.org",
    "reference": "wikipedia.org investopedia.com corporatefinanceinstitute.com wallstreetprep.com wallstreetmojo.com "
    "techtarget.com handwiki.org masterclass.com coursera.org intelligenteconomist.com analystprep.com",
    "analyst": "epoch.ai semianalysis.com artificialanalysis.ai gartner.com idc.com mckinsey.com bcg.com bain.com "
    "deloitte.com accenture.com futurumgroup.com thecuberesearch.com jll.com cbre.com uptimeinstitute.com omdia.com "
    "statista.com mordorintelligence.com marketsandmarkets.com sequoiacap.com ark-invest.com aiimpacts.org "
    "datacenterdynamics.com synergyresearch.com goldmansachs.com jpmorgan.com directionsonmicrosoft.com umbrex.com",
    "news": "cnbc.com reuters.com bloomberg.com ft.com wsj.com nytimes.com fortune.com techcrunch.com theregister.com "
    "tomshardware.com siliconangle.com yahoo.com investing.com tradingview.com fool.com fastcompany.com semiwiki.com "
    "spectrum.ieee.org builtin.com techtimes.com investorplace.com wealthmanagement.com fastcompanyme.com",
    "vendor": "amazon.com aboutamazon.com google.com microsoft.com nvidia.com amd.com intel.com meta.com openai.com "
    "anthropic.com oracle.com ibm.com coreweave.com lambda.ai lambdalabs.com runpod.io together.ai crusoe.ai "
    "spheron.network gmicloud.ai deepinfra.com modal.com digitalocean.com huawei.com vertiv.com stulz.com "
    "lenovo.com dell.com hpe.com supermicro.com anyscale.com bentoml.com mirantis.com introl.com cloudzero.com "
    "doit.com nops.io vantage.sh openrouter.ai groq.com fireworks.ai cerebras.net databricks.com snowflake.com "
    "flexential.com nextdc.com hanwhadatacenters.com truefoundry.com promptfoo.dev layerlens.ai netsuite.com "
    "sonarsource.com softwareimprovementgroup.com vllm.ai",
    "blog": "medium.com substack.com dev.to wordpress.com blogspot.com hashnode.dev lesswrong.com ghost.io github.io "
    "uncoveralpha.com mbi-deepdives.com tomtunguz.com philippdubach.com johndcook.com arthurchiao.art",
    "code": "github.com gitlab.com huggingface.co",
    "aggregator": "researchgate.net grokipedia.com academia.edu semanticscholar.org chegg.com hubspot.net "
    "fastercapital.com llm-stats.com pecollective.com costgoat.com",
}

_TIERS: dict[str, Tier] = {domain: tier for tier, names in _LISTS.items() for domain in names.split()}


_WARES = {
    "amazon.com": "amazon aws trainium inferentia bedrock sagemaker",
    "aboutamazon.com": "amazon aws trainium inferentia bedrock sagemaker anthropic",
    "google.com": "google gcp tpu gemini vertex",
    "microsoft.com": "microsoft azure maia openai",
    "nvidia.com": "nvidia cuda hopper blackwell h100 h200 b200 gb200 gb300 dgx nvlink triton",
    "amd.com": "amd mi300x mi325x mi355x rocm instinct",
    "intel.com": "intel gaudi xeon",
    "meta.com": "meta llama mtia",
    "openai.com": "openai gpt chatgpt",
    "anthropic.com": "anthropic claude",
    "vllm.ai": "vllm",
}
"""What sellers sell, where it has another name than their domain."""


def seller_names(domain: str) -> frozenset[str]:
    """Return the words by which a seller and its wares are spoken of, in lower case."""
    return frozenset((domain.partition(".")[0], *_WARES.get(domain, "").split()))


def tier_of(host: str, path: str = "") -> Tier:
    """Return the tier of a host; the most specific known part of the name counts.

    Investor pages and SEC filings are filings whoever publishes them; governments, universities and schools are
    recognised by their suffix.
    """
    labels = host.casefold().removeprefix("www.").split(".")
    names = [".".join(labels[start:]) for start in range(len(labels))]
    if "sec.gov" in names or labels[0] in ("investor", "investors", "ir") or "/investor/" in path.casefold() + "/":
        return "filing"
    for name in names:
        if name in _TIERS:
            return _TIERS[name]
    if labels[-1] in ("gov", "mil", "int") or ".gov." in f".{host}.":
        return "regulator"
    if labels[-1] == "edu" or any(label in ("edu", "ac") for label in labels[-2:-1]):
        return "paper"
    return "unranked"
