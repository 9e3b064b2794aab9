"""Work that happens outside a request, and messages that must get out."""

from rectify.jobs.models.delivery import Delivery
from rectify.jobs.models.job import Job

__all__ = ["Delivery", "Job"]
