"""What may be asked about the directory: a charity's own entries, and what everybody may read of all of them."""

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Order, View
from app.domain.support.directory.models import DirectoryService, DirectoryServiceRead, ServiceStatus

SERVICES = View("directory_service", DirectoryService, DirectoryServiceRead, Permission.DIRECTORY_READ)
SERVICES_LIST = Collection(
    SERVICES,
    orders={
        "name": Order(lambda t: [t.name]),
        "-created_at": Order(lambda t: [t.created_at], descending=True),
    },
    filters={
        "status": lambda t, value: t.status == value,
        "withdrawn": lambda t, value: t.withdrawn_at.is_not(None) == value,
    },
    filter_shapes={"status": ServiceStatus, "withdrawn": bool},
)

PUBLIC_COLUMNS = (
    "id",
    "name",
    "status",
    "description",
    "url",
    "email",
    "phones",
    "fees",
    "accreditations",
    "minimum_age",
    "maximum_age",
    "alert",
    "organisation_id",
    "organisation_name",
    "organisation_description",
    "updated_at",
)
"""All that the database lets the public's role read: not whose entry it is. What is withdrawn it does not see."""

_COLUMNS = ", ".join(PUBLIC_COLUMNS)

# ruff: noqa: S608 -- our own words, never anything that was sent
PUBLIC_ONE = f"select {_COLUMNS} from directory_service where id = $1"

PUBLIC_PAGE = f"""
with found as (
  select {_COLUMNS}
    from directory_service,
         lateral (select lower(concat_ws(' ', name, organisation_name, description)) as words offset 0) as written
   where not exists (select from unnest($1::text[]) as word where strpos(written.words, lower(word)) = 0)
     and ($2::float8 is null or minimum_age >= $2)
     and ($3::float8 is null or maximum_age <= $3)
)
select counted.total, shown.*
  from (select count(*) as total from found) as counted
  left join (select * from found order by lower(name), id limit $4 offset $5) as shown on true
 order by lower(shown.name), shown.id
"""
"""Of the entries that have each of the words somewhere, and the ages: how many there are, and a page of them. An empty page is
one row without an id."""
