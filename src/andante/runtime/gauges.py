"""What those who watch over servers read: numbers of the database, and what the command loop counts."""

from andante.runtime.meter import COUNTED, Buckets
from andante.store.gauges import Gauges, gauges

__all__ = ["COUNTED", "Buckets", "Gauges", "gauges"]
