"""Known classes of difference between the installed reference (Pacemaker 2.1.5) and Mainstay, which decides as version 3.0 does.

A class names the rule (a section of the specification) and rewrites the input so that the versions must agree if that rule, and nothing
else, made the difference: it says explicitly what 3.0 does implicitly, or removes the circumstance under which the rule matters. A class
lists the places of the input that it could rewrite, each as a function that does it. Classes that take out little come first.
"""

import rules_status  # noqa: F401 (registers its classes; the order of these lines is that of the classes)
import rules_constraints  # noqa: F401
import rules_order  # noqa: F401
from rules import NUMBERS, RULES, rewrite, without_numbers  # noqa: F401
