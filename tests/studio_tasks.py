"""A small labeling page and tasks for it, for tests of the connection to Label Studio."""

CONFIG = """<View><Text name="passage" value="$passage"/><TextArea name="question" toName="passage"/>
<Choices name="decision" toName="passage"><Choice value="accept"/><Choice value="reject"/></Choices></View>"""
ACCEPT = [
    {"id": "d", "from_name": "decision", "to_name": "passage", "type": "choices", "value": {"choices": ["accept"]}}
]


def a_task(number, *, version="ver_1", score=0.5):
    """A task of document doc_1 with one prediction."""
    question = {"from_name": "question", "to_name": "passage", "type": "textarea", "value": {"text": [f"q{number}"]}}
    return {
        "data": {"example_id": f"ex_{number}", "document_id": "doc_1", "version": version, "passage": "Où ? 🌱"},
        "predictions": [{"model_version": "corpusbuilder", "score": score, "result": [{"id": "question", **question}]}],
    }
