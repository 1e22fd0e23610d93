"""What hospitals are shown of themselves: the indicators and `marts.hospital_indicators`.

Belongs here: the definitions (`definitions`), counting (`counts`), intervals, limits and the mart
(`build`). Does not belong here: the pages (`etl/outputs/hospitals`), the facts that rules judge
(`etl/deliveries`).
"""

from etl.hospital_indicators.build import build_hospital_indicators
from etl.hospital_indicators.definitions import INDICATORS, Indicator

__all__ = ["INDICATORS", "Indicator", "build_hospital_indicators"]
