"""Generators of economic tables that stand in for real ones: countries, rented bikes, used cars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from course.datasets.shapes import Head, Tables

SEED = 20
COUNTRIES, KNOWN_COUNTRIES = 36, 27
GDP_COLUMN = "GDP per capita, PPP (constant 2017 international $)"
GDP_YEARS = range(1990, 2021)
CARS = {"details": 4340, "details_v3": 8128, "cars": 301}
INDICATORS = {
    "JE_LMIS": ("Labour market insecurity", "PC", "Percentage"),
    "SW_LIFS": ("Life satisfaction", "AVSCORE", "Average score"),
    "HS_LEB": ("Life expectancy", "YR", "Years"),
    "ES_EDUA": ("Educational attainment", "PC", "Percentage"),
}
INEQUALITIES = {"TOT": "Total", "MN": "Men", "WMN": "Women"}
_OWNERS = ("First Owner", "Second Owner", "Third Owner", "Fourth & Above Owner", "Test Drive Car")
# Maker and model, price when new in lakh (100,000 rupees), engine in cc, power in bhp, seats.
_MODELS = (
    ("Maruti Alto LXi", 3.5, 796, 47.3, 5),
    ("Maruti Swift VDI", 7.0, 1248, 74.0, 5),
    ("Hyundai i20 Asta", 7.8, 1197, 81.9, 5),
    ("Hyundai Creta SX", 13.0, 1582, 126.2, 5),
    ("Honda City VX", 11.0, 1497, 117.3, 5),
    ("Tata Indica Vista", 5.0, 1405, 69.0, 5),
    ("Mahindra Scorpio S10", 14.0, 2179, 120.0, 7),
    ("Toyota Innova GX", 16.0, 2494, 100.6, 8),
    ("Ford EcoSport Titanium", 10.0, 1498, 98.6, 5),
    ("BMW X1 sDrive20d", 38.0, 1995, 190.0, 5),
)


def lifesat(head: Head) -> Tables:
    """Invent countries whose people are the happier the richer they are, with less and less gain."""
    rng = np.random.default_rng(SEED)
    names = [f"Country {number:02d}" for number in range(1, COUNTRIES + 1)]
    gdp = np.sort(rng.lognormal(10.3, 0.5, COUNTRIES)).clip(10_000, 110_000)
    satisfaction = (3.0 + 1.3 * np.log10(gdp / 1000) * 1.6 + rng.normal(0, 0.25, COUNTRIES)).clip(4, 8).round(1)
    full = pd.DataFrame({"Country": names, "GDP per capita (USD)": gdp, "Life satisfaction": satisfaction})
    full = full.astype({"Country": "str"})
    middle = full[(gdp > np.quantile(gdp, 0.1)) & (gdp < np.quantile(gdp, 0.9))].head(KNOWN_COUNTRIES)
    tables = {
        "lifesat": middle.reset_index(drop=True),
        "lifesat_full": full,
        "oecd_bli": _indicators(full, rng),
        "gdp_per_capita": _history(full, rng),
    }
    return Tables(head, tables)


def _indicators(countries: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    rows = []
    for code, (indicator, unit_code, unit) in INDICATORS.items():
        for group_code, group in INEQUALITIES.items():
            for number, (country, _, satisfaction) in enumerate(countries.itertuples(index=False), 1):
                value = satisfaction if code == "SW_LIFS" else round(float(rng.normal(60, 15)), 1)
                place = [f"C{number:02d}", country, code, indicator, "L", "Value", group_code, group]
                rows.append([*place, unit_code, unit, 0, "Units", np.nan, np.nan, value, np.nan, np.nan])
    columns = (
        "LOCATION", "Country", "INDICATOR", "Indicator", "MEASURE", "Measure", "INEQUALITY", "Inequality",
        "Unit Code", "Unit", "PowerCode Code", "PowerCode", "Reference Period Code", "Reference Period", "Value",
        "Flag Codes", "Flags",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def _history(countries: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Return the wealth of every country in every year, growing towards its last value."""
    last = countries["GDP per capita (USD)"].to_numpy()
    years = np.array(GDP_YEARS)
    growth = rng.normal(0.02, 0.008, COUNTRIES)
    wealth = (
        last[:, None] * np.exp(growth[:, None] * (years - years[-1])) * rng.lognormal(0, 0.02, (COUNTRIES, len(years)))
    )
    wealth[:, -1] = last
    codes = [f"C{number:02d}" if number % 9 else None for number in range(1, COUNTRIES + 1)]  # not all have one
    return pd.DataFrame(
        {
            "Entity": countries["Country"].repeat(len(years)).reset_index(drop=True),
            "Code": pd.Series(codes, dtype="str").repeat(len(years)).reset_index(drop=True),
            "Year": np.tile(years, COUNTRIES),
            GDP_COLUMN: wealth.ravel(),
        }
    )


def bike_sharing(head: Head) -> Tables:
    """Draw rentals of two years: commuters ride at eight and at five on workdays, others in warm afternoons."""
    rng = np.random.default_rng(SEED)
    hours = pd.date_range("2011-01-01", "2012-12-31 23:00", freq="h")
    hours = hours.delete(np.sort(rng.choice(len(hours), len(hours) - 17_379, replace=False)))  # as many are missing
    hour = _hours(hours, rng)
    day = hour.groupby("dteday", sort=True).agg(
        {
            **dict.fromkeys(("season", "yr", "mnth", "holiday", "weekday", "workingday"), "first"),
            **dict.fromkeys(("weathersit",), "median"),
            **dict.fromkeys(("temp", "atemp", "hum", "windspeed"), "mean"),
            **dict.fromkeys(("casual", "registered", "cnt"), "sum"),
        }
    )
    day = day.astype({"weathersit": np.int64}).round(6).reset_index()
    day.insert(0, "instant", np.arange(1, len(day) + 1))
    return Tables(head, {"hour": hour, "day": day})


def _hours(hours: pd.DatetimeIndex, rng: Generator) -> pd.DataFrame:
    clock, weekday = hours.hour.to_numpy(), (hours.day_of_week.to_numpy() + 1) % 7  # 0 = Sunday
    holiday = pd.Index(hours.strftime("%m-%d")).isin(["01-01", "07-04", "11-11", "12-25"])
    workday = ~np.isin(weekday, [0, 6]) & ~holiday
    daily = rng.normal(0, 1, 366 * 2)[(hours - hours[0]).days]
    warmth = -np.cos(2 * np.pi * (hours.day_of_year.to_numpy() - 15) / 365.25)
    temp = (0.5 + 0.25 * warmth + 0.05 * daily - 0.06 * np.cos(2 * np.pi * (clock - 3) / 24)).clip(0.02, 1)
    weather = np.digitize(rng.normal(0, 0.5, len(hours)) - 0.8 * daily, [0.5, 1.4, 3.2]) + 1
    commute = np.exp(-((clock - 8) ** 2) / 2) + 1.2 * np.exp(-((clock - 17.5) ** 2) / 4) + 0.25 * (clock > 6)
    leisure = np.exp(-((clock - 14) ** 2) / 18)
    mood = (0.4 + temp) * np.array([1.1, 1.0, 0.55, 0.3])[weather - 1] * (1 + 0.5 * (hours.year == 2012))
    registered = rng.poisson(mood * np.where(workday, 280 * commute + 10, 170 * leisure + 15))
    casual = rng.poisson(mood * np.where(workday, 35, 110) * leisure + 0.5)
    return pd.DataFrame(
        {
            "instant": np.arange(1, len(hours) + 1),
            "dteday": pd.Series(hours.strftime("%Y-%m-%d"), dtype="str"),
            "season": hours.month.to_numpy() % 12 // 3 + 1,
            "yr": hours.year.to_numpy() - 2011,
            "mnth": hours.month.to_numpy(),
            "hr": clock,
            "holiday": holiday.astype(np.int64),
            "weekday": weekday,
            "workingday": workday.astype(np.int64),
            "weathersit": weather,
            "temp": temp.round(2),
            "atemp": (temp * 0.93 + 0.02).round(4),
            "hum": (0.55 + 0.1 * weather + rng.normal(0, 0.12, len(hours))).clip(0, 1).round(2),
            "windspeed": rng.gamma(2.4, 0.08, len(hours)).clip(0, 0.85).round(4),
            "casual": casual,
            "registered": registered,
            "cnt": casual + registered,
        }
    ).astype(dict.fromkeys(("season", "yr", "mnth", "hr", "weekday", "weathersit"), np.int64))


def cardekho(head: Head) -> Tables:
    """Draw used cars: price falls with age and distance, automatic and dealers' cars are dearer."""
    rng = np.random.default_rng(SEED)
    tables = {"details": _cars(CARS["details"], rng), "details_v3": _cars(CARS["details_v3"], rng)}
    tables["details"] = tables["details"].iloc[:, :8]
    return Tables(head, {**tables, "cars": _small_table(_cars(CARS["cars"], rng), rng)})


def _cars(n: int, rng: Generator) -> pd.DataFrame:
    model = rng.integers(len(_MODELS), size=n)
    names, new, engine, power, seats = (np.array(column)[model] for column in zip(*_MODELS, strict=True))
    age = rng.gamma(3.5, 1.9, n).round().clip(0, 25)
    km = (age.clip(0.5) * rng.lognormal(9.1, 0.5, n)).round(-2)
    diesel, automatic, dealer = (rng.random(n) < share for share in (0.5, 0.12, 0.25))
    price = new * 1e5 * 0.87**age * np.exp(-km / 6e5 + 0.12 * automatic + 0.06 * dealer + rng.normal(0, 0.15, n))
    owner = np.array(_OWNERS)[(rng.random(n) * (0.5 + age / 5)).astype(int).clip(0, 3)]
    gaps = rng.random(n) < 0.027
    known = pd.DataFrame(
        {
            "mileage": [f"{value:.1f} kmpl" for value in 30 - engine / 180 + rng.normal(0, 1.5, n)],
            "engine": [f"{value} CC" for value in engine],
            "max_power": [f"{value:g} bhp" for value in power],
            "torque": [f"{value:.0f}Nm@ 1750-2500rpm" for value in power * 2.1],
            "seats": seats.astype(float),
        }
    )
    known[gaps] = np.nan
    table = pd.DataFrame(
        {
            "name": names,
            "year": (2020 - age).astype(np.int64),
            "selling_price": price.round(-3).clip(20_000).astype(np.int64),
            "km_driven": km.astype(np.int64),
            "fuel": np.where(diesel, "Diesel", np.where(rng.random(n) < 0.03, "CNG", "Petrol")),
            "seller_type": np.where(dealer, "Dealer", "Individual"),
            "transmission": np.where(automatic, "Automatic", "Manual"),
            "owner": owner,
        }
    )
    texts = ("name", "fuel", "seller_type", "transmission", "owner", "mileage", "engine", "max_power", "torque")
    return table.join(known).astype(dict.fromkeys(texts, "str"))


def _small_table(cars: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Tell the same of each car in the third table's words, prices in lakh."""
    new = cars["name"].map({name: price for name, price, *_ in _MODELS})
    return pd.DataFrame(
        {
            "Car_Name": cars["name"].str.split().str[1].str.lower().astype("str"),
            "Year": cars["year"],
            "Selling_Price": (cars["selling_price"] / 1e5).round(2),
            "Present_Price": (new * rng.normal(1, 0.05, len(cars))).round(2),
            "Kms_Driven": cars["km_driven"],
            "Fuel_Type": cars["fuel"],
            "Seller_Type": cars["seller_type"],
            "Transmission": cars["transmission"],
            "Owner": cars["owner"].map({name: number for number, name in enumerate(_OWNERS)}).astype(np.int64),
        }
    )
