"""What graphql-core says is wrong, in words that repeat nothing of what was sent: a value may be somebody's name."""

import re

from graphql import GraphQLError, ObjectFieldNode, ValueNode, VariableDefinitionNode

_ONE_OF = re.compile(r"OneOf Input Object (?:type )?'(\w+)'")


def message_of(error: GraphQLError) -> str:
    """A sentence for whoever wrote the document."""
    if one_of := _ONE_OF.search(error.message):
        return f"Give exactly one of the fields of {one_of[1]}, and not null."
    about_value = any(
        isinstance(node, ValueNode | VariableDefinitionNode | ObjectFieldNode) for node in error.nodes or ()
    )
    return "A value does not have the type that the schema asks for." if about_value else error.message
