"""The register of claims: "this change helped", written down before the data and judged once after it."""
