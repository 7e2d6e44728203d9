"""Radars that exist nowhere: what they see, and what gauges report, for the checks of tf1.14.8."""

import numpy as np
import pandas as pd


class Radar:
    """How this radar's reflectivity goes with rain, Z = a R^b, and how much it loses with distance."""

    def __init__(self, rng) -> None:
        self.a, self.b = float(rng.uniform(40, 120)), float(rng.uniform(1.2, 1.7))
        self.lost = float(rng.uniform(0.8, 1.5))  # dB per km
        self.first = int(rng.integers(10**6))

    def hours(self, rng, n: int, broken: float = 0.04) -> pd.DataFrame:
        """Return the scans of `n` hours, in mixed order; some gauges are blocked, and some hours have no Ref at all."""
        parts = []
        for number in range(n):
            scans = int(rng.integers(4, 13))
            minutes = np.sort(rng.choice(60, scans, replace=False))
            steps = np.cumsum(rng.normal(0, 0.5, scans)) + rng.normal(0.3, 1.2)
            rain = np.exp(np.clip(steps, -4, 4))  # mm per hour
            until = np.append(minutes[1:], 60)
            total = float((rain * (until - minutes)).sum() / 60)
            distance = float(np.round(rng.uniform(0, 15), 1))
            ref = 10 * np.log10(self.a * rain**self.b) - self.lost * distance + rng.normal(0, 0.5, scans)
            ref[rng.random(scans) < (1.0 if rng.random() < 0.03 else 0.15)] = np.nan
            if rng.random() < broken:
                total = float(rng.uniform(100, 3000))
            columns = (np.full(scans, self.first + number), minutes, np.full(scans, distance), ref.round(1))
            parts.append(np.column_stack([*columns, np.full(scans, round(total, 3))]))
        table = pd.DataFrame(np.concatenate(parts), columns=["Id", "minutes_past", "radardist_km", "Ref", "Expected"])
        table = table.astype({"Id": int, "minutes_past": int})
        self.first += n
        return table.sample(frac=1, random_state=int(rng.integers(2**31))).reset_index(drop=True)
