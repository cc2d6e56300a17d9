"""Diagrams say what the code says, and Mermaid can draw them."""

import pytest

from assistant.documentation.analysis import analyze
from assistant.documentation.code.languages import BY_NAME
from assistant.documentation.diagrams import class_diagram, dependency_diagram
from assistant.documentation.inputs import SourceFile
from assistant.documentation.mermaid import label, problems
from tests.layers.documentation.samples import SAMPLES

FILES = [
    SourceFile("app/main.py", "from app.shop import Cart\nimport json\nimport requests\n\ndef main(): pass\n"),
    SourceFile("app/shop/__init__.py", "from .items import Item\n\nclass Cart(Item):\n    def total(self): pass\n"),
    SourceFile("app/shop/items.py", "class Item:\n    pass\n"),
    SourceFile("web/a.ts", "import {b} from './b';\nimport React from 'react';\n"),
    SourceFile("web/b.ts", "export const b = () => 1;\n"),
]


def test_files_that_import_each_other_are_joined():
    found = analyze(FILES, "deep").dependencies
    assert set(found.inside) == {
        ("app/main.py", "app/shop/__init__.py"), ("app/shop/__init__.py", "app/shop/items.py"),
        ("web/a.ts", "web/b.ts"),
    }  # fmt: skip
    assert found.outside == {"json": 1, "react": 1, "requests": 1}


def test_the_diagrams_say_so_too():
    analysis = analyze(FILES, "deep")
    types, files = class_diagram(analysis), dependency_diagram(analysis)
    assert problems(types) == problems(files) == []
    assert 'class T1["Cart"] {\n        +total()' in types
    assert "T2 <|-- T1" in types
    assert files.count(" --> ") == 3
    assert files.count(" -.-> ") == 3


@pytest.mark.parametrize("language", SAMPLES)
def test_every_language_gives_diagrams_that_parse(language):
    path = f'a b/[ко"д]{BY_NAME[language].suffixes[0]}'
    analysis = analyze([SourceFile(path, SAMPLES[language][0])], "deep")
    for diagram in (class_diagram(analysis), dependency_diagram(analysis)):
        assert not diagram or problems(diagram) == []
    assert bool(class_diagram(analysis)) == bool(analysis.types)


@pytest.mark.parametrize(
    "diagram",
    ["", "flowchart", "graph LR\n    A --> B", 'flowchart LR\n    A["x"]\n    A --> B', 'flowchart LR\n    end["x"]',
     'flowchart LR\n    A["x]"]', "classDiagram\n    class A {",
     'classDiagram\n    class A["x"] {\n        +f(a)\n    }',
     'classDiagram\n    class A["x"]\n    class A["y"]', "classDiagram\n    }", 'flowchart LR\n    A["a" b"]'],
)  # fmt: skip
def test_what_mermaid_could_not_draw_is_noticed(diagram):
    assert problems(diagram)


def test_any_text_becomes_a_label():
    made = label('a ]<b>|{x}" ещё\nnl')
    assert problems(f"flowchart LR\n    A[{made}]") == []
