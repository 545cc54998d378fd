"""The number that reaches an ambulance, by ISO 3166 country."""

from __future__ import annotations

# Europe, Turkey and the rest dial 112.
_ELSEWHERE = "112"
_NUMBERS: dict[str, str] = {
    **dict.fromkeys(("US", "CA", "MX", "PR", "AR", "PH", "CR", "DO", "EC", "PA", "UY"), "911"),
    **dict.fromkeys(("GB", "HK", "MY", "QA", "KE", "BD", "BH"), "999"),
    "AE": "998",
    "AU": "000",
    "BR": "192",
    "CL": "131",
    "CN": "120",
    "CO": "123",
    "EG": "123",
    "ID": "118",
    "IL": "101",
    "IR": "115",
    "JO": "911",
    "JP": "119",
    "KR": "119",
    "KZ": "103",
    "LB": "140",
    "LK": "1990",
    "NP": "102",
    "NZ": "111",
    "PK": "1122",
    "SA": "997",
    "SG": "995",
    "TH": "1669",
    "TN": "190",
    "TW": "119",
    "UZ": "103",
    "VN": "115",
    "ZA": "10177",
}


def emergency_number(country: str) -> str:
    """The ambulance's number in a country; 112 where none is listed."""
    return _NUMBERS.get(country.upper(), _ELSEWHERE)
