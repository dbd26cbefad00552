"""Eighteen months of charging in the demo company.

The recurring bills come from the statement that a billing run uses; how people paid them is
simulated payer by payer, in the order and by the rules in which the product posts.
"""

from plugins.demo.history.loading import load_history

__all__ = ["load_history"]
