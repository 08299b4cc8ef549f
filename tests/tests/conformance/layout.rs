//! The layout of a payload as a tree: written from the page on the format, not from the reader.

/// A piece of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// A varint.
    Number(u64),
    /// A boolean, or whether something is there.
    Byte(u8),
    /// Bytes as they are.
    Raw(Vec<u8>),
    /// A length in bytes, then that many.
    Run(Vec<Self>),
    /// Fields one after another.
    Fields(Vec<Self>),
}

/// Reads a payload.
pub(crate) fn parse(payload: &[u8]) -> Node {
    let mut reader = Reader { rest: payload };
    let tree = reader.fields(&[
        Reader::header,
        Reader::catalog,
        Reader::tenant,
        Reader::text,
    ]);
    assert!(reader.rest.is_empty(), "something follows the payload");
    tree
}

impl Node {
    /// Writes the tree.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.encode_over_long(usize::MAX).0
    }

    /// Writes the tree with that one of its varints a byte too long; says how many there are.
    pub(crate) fn encode_over_long(&self, at: usize) -> (Vec<u8>, usize) {
        let (mut bytes, mut seen) = (Vec::new(), 0);
        self.write(&mut bytes, &mut seen, at);
        (bytes, seen)
    }

    /// Visits every node by its path, from the root down.
    pub(crate) fn paths(&self) -> Vec<Vec<usize>> {
        let mut paths = vec![Vec::new()];
        if let Self::Run(children) | Self::Fields(children) = self {
            for (at, child) in children.iter().enumerate() {
                let below = child.paths().into_iter();
                paths.extend(below.map(|path| [vec![at], path].concat()));
            }
        }
        paths
    }

    /// Returns the node at a path.
    pub(crate) fn at(&mut self, path: &[usize]) -> &mut Self {
        match (path, self) {
            ([], node) => node,
            ([first, rest @ ..], Self::Run(children) | Self::Fields(children)) => {
                children[*first].at(rest)
            }
            (_, node) => panic!("nothing below {node:?}"),
        }
    }

    fn write(&self, bytes: &mut Vec<u8>, seen: &mut usize, over_long: usize) {
        match self {
            Self::Number(value) => varint(bytes, *value, seen, over_long),
            Self::Byte(byte) => bytes.push(*byte),
            Self::Raw(raw) => bytes.extend_from_slice(raw),
            Self::Fields(children) => {
                children
                    .iter()
                    .for_each(|child| child.write(bytes, seen, over_long));
            }
            Self::Run(children) => {
                let mut inner = Vec::new();
                children
                    .iter()
                    .for_each(|child| child.write(&mut inner, seen, over_long));
                varint(bytes, u64::try_from(inner.len()).unwrap(), seen, over_long);
                bytes.extend_from_slice(&inner);
            }
        }
    }
}

fn varint(bytes: &mut Vec<u8>, value: u64, seen: &mut usize, over_long: usize) {
    bytes.extend(postcard::to_allocvec(&value).unwrap());
    if *seen == over_long {
        *bytes.last_mut().unwrap() |= 0x80;
        bytes.push(0);
    }
    *seen += 1;
}

struct Reader<'a> {
    rest: &'a [u8],
}

type Part<'a> = fn(&mut Reader<'a>) -> Node;

impl<'a> Reader<'a> {
    fn header(&mut self) -> Node {
        self.fields(&[
            Self::text,
            Self::text,
            Self::text,
            Self::digest,
            Self::number,
            Self::number,
            Self::number,
            Self::number,
            Self::number,
            |reader| reader.optional(Self::digest),
            |reader| reader.optional(Self::digest),
            Self::text,
        ])
    }

    fn catalog(&mut self) -> Node {
        self.fields(&[
            |reader| reader.run(Self::text),
            |reader| reader.run(|item| item.fields(&[Self::text, Self::byte])),
            |reader| reader.run(Self::text),
            |reader| reader.run(Self::text),
            |reader| reader.run(Self::text),
            |reader| {
                reader.optional(|team| {
                    team.fields(&[|inner| inner.optional(Self::number), Self::number])
                })
            },
            |reader| reader.run(Self::text),
            |reader| reader.run(|any| any.run(|all| all.run(Self::atom))),
            |reader| reader.run(|table| table.run(Self::pair)),
            |reader| reader.run(|item| item.fields(&[Self::byte, |inner| inner.run(Self::number)])),
            |reader| reader.run(Self::text),
            |reader| reader.run(Self::module),
            |reader| reader.run(|item| item.fields(&[Self::text, Self::number])),
        ])
    }

    fn tenant(&mut self) -> Node {
        self.fields(&[
            |reader| reader.run(Self::number),
            Self::number,
            |reader| reader.run(|set| set.run(Self::number)),
            |reader| {
                reader.run(|role| {
                    role.fields(
                        &[Self::text, Self::text, Self::number, Self::byte, |grants| {
                            grants.run(Self::pair)
                        }],
                    )
                })
            },
            |reader| {
                reader.run(|group| group.fields(&[Self::text, |inner| inner.run(Self::binding)]))
            },
            |reader| {
                reader.run(|person| {
                    person.fields(&[
                        Self::text,
                        Self::text,
                        |inner| inner.run(Self::binding),
                        |inner| inner.run(Self::text),
                        |inner| {
                            inner.run(|own| {
                                own.fields(&[Self::number, |values| values.run(Self::text)])
                            })
                        },
                    ])
                })
            },
        ])
    }

    fn module(&mut self) -> Node {
        self.fields(&[
            Self::text,
            Self::text,
            Self::number,
            |reader| reader.run(Self::number),
            |reader| reader.run(|item| item.fields(&[Self::number, Self::number, Self::number])),
        ])
    }

    fn atom(&mut self) -> Node {
        let kind = self.number();
        let mut parts = vec![kind.clone(), self.source()];
        match kind {
            Node::Number(0) => parts.push(self.source()),
            Node::Number(1..=3) => parts.push(self.run(Self::text)),
            _ => {}
        }
        Node::Fields(parts)
    }

    fn source(&mut self) -> Node {
        let kind = self.number();
        match kind {
            Node::Number(2 | 3 | 4 | 6) => Node::Fields(vec![kind, self.number()]),
            _ => kind,
        }
    }

    fn binding(&mut self) -> Node {
        self.fields(&[Self::number, Self::text])
    }

    fn pair(&mut self) -> Node {
        self.fields(&[Self::number, Self::number])
    }

    fn digest(&mut self) -> Node {
        Node::Raw(self.take(32).to_vec())
    }

    fn text(&mut self) -> Node {
        let length = self.varint();
        let bytes = self.take(usize::try_from(length).unwrap());
        Node::Run(vec![Node::Raw(bytes.to_vec())])
    }

    fn number(&mut self) -> Node {
        Node::Number(self.varint())
    }

    fn byte(&mut self) -> Node {
        Node::Byte(self.take(1)[0])
    }

    fn optional(&mut self, some: Part<'a>) -> Node {
        match self.byte() {
            Node::Byte(0) => Node::Byte(0),
            there => Node::Fields(vec![there, some(self)]),
        }
    }

    fn run(&mut self, item: Part<'a>) -> Node {
        let length = self.varint();
        let mut inner = Self {
            rest: self.take(usize::try_from(length).unwrap()),
        };
        let mut items = Vec::new();
        while !inner.rest.is_empty() {
            items.push(item(&mut inner));
        }
        Node::Run(items)
    }

    fn fields(&mut self, parts: &[Part<'a>]) -> Node {
        Node::Fields(parts.iter().map(|part| part(self)).collect())
    }

    fn varint(&mut self) -> u64 {
        let (value, rest) = postcard::take_from_bytes(self.rest).unwrap();
        self.rest = rest;
        value
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken
    }
}
