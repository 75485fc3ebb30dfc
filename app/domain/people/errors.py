"""What the people step refuses in its own words."""

from app.domain.kernel.errors import Conflict


class RecordsCannotMerge(Conflict):
    """Two records that each have something going on of which a person has one are merged once that is settled."""

    code = "RECORDS_CANNOT_MERGE"
    title = "Both records have something of which there can be one"
    cure = "Settle each thing that `errors` names, then merge."


class IdentifierOfAnother(Conflict):
    """A number belongs to one person. Where two records hold it, they may be of one person."""

    code = "IDENTIFIER_OF_ANOTHER"
    title = "Another record has this number"
    cure = "Look at the record that the answer links to: merge the two if they are of one person."
