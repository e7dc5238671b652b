//! Tables of elements: what a document may hold, and in which order.

/// An element of a document: its name, attributes and children.
#[derive(Debug)]
pub(crate) struct Element {
    /// Local name.
    pub(crate) name: &'static str,
    /// Its attributes.
    pub(crate) attribute: &'static [Attribut],
    /// Its children, in their order.
    pub(crate) kinder: &'static [Kind],
    /// It is a record: messages count it.
    pub(crate) satz: bool,
}

/// An attribute of an element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribut {
    /// Name.
    pub(crate) name: &'static str,
    /// It must be there.
    pub(crate) pflicht: bool,
    /// Its value names a person: messages show only its shape.
    pub(crate) persoenlich: bool,
}

/// A child in an element's sequence.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The child.
    pub(crate) element: &'static Element,
    /// It must be there.
    pub(crate) pflicht: bool,
    /// It may be there more than once.
    pub(crate) mehrfach: bool,
}

/// Returns a required attribute.
pub(crate) const fn pflicht(name: &'static str) -> Attribut {
    Attribut { name, pflicht: true, persoenlich: false }
}

/// Returns an optional attribute.
pub(crate) const fn wahlfrei(name: &'static str) -> Attribut {
    Attribut { name, pflicht: false, persoenlich: false }
}

/// Returns an attribute whose values messages show only as their shape.
pub(crate) const fn persoenlich(attribut: Attribut) -> Attribut {
    Attribut { persoenlich: true, ..attribut }
}

/// A kind of document.
#[derive(Debug)]
pub(crate) struct Dokument {
    /// Namespace of all its elements.
    pub(crate) namensraum: &'static str,
    /// Its root.
    pub(crate) wurzel: &'static Element,
}
