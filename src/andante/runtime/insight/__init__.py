"""What the past tells: how long things take, who does them, whether in time, and what is likely to be late.

All of it is computed beside the work: a projector reads the journals of instances that are over and keeps sums by day;
reports and forecasts read the sums. No command waits for any of it.
"""

from andante.runtime.insight.exports import Exports
from andante.runtime.insight.forecast import Forecast
from andante.runtime.insight.insight import Insight
from andante.runtime.insight.observing import Stay
from andante.runtime.insight.reports import Period, Report, Spread

__all__ = ["Exports", "Forecast", "Insight", "Period", "Report", "Spread", "Stay"]
