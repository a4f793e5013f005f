"""The whole schema: queries out of one file per subject, with the limits that every document must keep."""

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext

from spine.api.analysis import AnalysisQueries
from spine.api.audiences import AudienceMutations, AudienceQueries
from spine.api.breakdowns import BreakdownQueries
from spine.api.confirming import ConfirmationMutations, ConfirmationQueries
from spine.api.cypher import CypherQueries
from spine.api.finding import FindingQueries
from spine.api.following import FollowingQueries, Subscription
from spine.api.households import HouseholdQueries
from spine.api.ingesting import IngestMutations
from spine.api.judging import JudgementMutations, JudgementQueries
from spine.api.limits import Limits
from spine.api.organisations import Organisation, OrganisationQueries
from spine.api.people import Person
from spine.api.plain_fields import PlainFieldsFirst
from spine.api.records import Consent, Event, Identifier, Record
from spine.api.shapes import ShapeQueries
from spine.api.webhooks import WebhookMutations, WebhookQueries


@strawberry.type(description="The questions that the graph answers.")
class Query(
    FindingQueries,
    HouseholdQueries,
    AudienceQueries,
    BreakdownQueries,
    OrganisationQueries,
    AnalysisQueries,
    ShapeQueries,
    CypherQueries,
    JudgementQueries,
    ConfirmationQueries,
    FollowingQueries,
    WebhookQueries,
):
    pass


@strawberry.type(description="What changes the graph; refused where the server is read-only.")
class Mutation(JudgementMutations, ConfirmationMutations, AudienceMutations, IngestMutations, WebhookMutations):
    pass


class Contract(strawberry.Schema):
    """The schema; errors are logged where they are formatted, not twice."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: `spine.api.errors.formatted` logs what the product did not raise on purpose."""


schema = Contract(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Person, Organisation, Record, Identifier, Event, Consent],
    extensions=[Limits],
    execution_context_class=PlainFieldsFirst,
)


def sdl() -> str:
    """The schema in GraphQL's definition language: what is committed as `graphql/schema.graphql`."""
    return schema.as_str().rstrip() + "\n"
