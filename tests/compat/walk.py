"""Questions to a server, and a walk that keeps every answer, for two servers' answers to be
compared.
"""

from typing import NamedTuple

from sites import Answer, Json, Site


class Question(NamedTuple):
    """What was asked, as far as it decides which of two servers' answers belong together."""

    plugin: str
    route: str
    query: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] | None = None
    body: str | None = None  # JSON.

    @property
    def path(self) -> str:
        return f"/data/plugin/{self.plugin}/{self.route}"

    def value_of(self, name: str) -> str | None:
        return dict((*self.query, *(self.form or ()))).get(name)


class Walk:
    """One server, asked by one plugin's function."""

    def __init__(self, site: Site, plugin: str) -> None:
        self.site = site
        self.plugin = plugin
        self.answers: dict[Question, Answer] = {}

    def ask(self, route: str, **query: str) -> Answer:
        return self._ask(Question(self.plugin, route, tuple(query.items())))

    def post(self, route: str, form: list[tuple[str, str]]) -> Answer:
        return self._ask(Question(self.plugin, route, form=tuple(form)))

    def post_json(self, route: str, body: str) -> Answer:
        return self._ask(Question(self.plugin, route, body=body))

    def get(self, route: str, **query: str) -> Json:
        """An answer's JSON, or what a fixture says of one that is none."""
        answer = self.ask(route, **query)
        return answer.json() if answer.status == 200 else {"__http_status__": answer.status}

    def _ask(self, question: Question) -> Answer:
        if question not in self.answers:
            if question.form is not None:
                answer = self.site.post_form(question.path, list(question.form))
            elif question.body is not None:
                answer = self.site.ask(
                    question.path,
                    data=question.body.encode(),
                    content_type="text/plain",
                )
            else:
                answer = self.site.ask(question.path, query=question.query)
            self.answers[question] = answer
        return self.answers[question]
