"""The net of community party organisation, residents' and owners' committees, property companies; responsible units."""
