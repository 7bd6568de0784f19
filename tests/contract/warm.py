"""A nursery whose children have the kit and its checks loaded already: python -m tests.contract.warm"""

from scripts.contract import suite
from tests.support import nursery

if __name__ == "__main__":
    suite.checks()
    nursery.main()
