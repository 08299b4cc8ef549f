//! Just enough HTTP/1.1 to send what no client library would, and to see every byte of it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The head of a message, and its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The status of a response; 0 for a request.
    pub status: u16,
    /// The method of a request.
    pub method: String,
    /// The target of a request, byte for byte.
    pub target: String,
    /// Every header, in order; a value's bytes above 127 each stand for themselves.
    pub headers: Vec<(String, String)>,
    /// The body, without its framing.
    pub body: Vec<u8>,
    /// The trailers, a line each.
    pub trailers: Vec<String>,
}

impl Message {
    /// Returns the first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// Returns every value of a header.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns the body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection over which messages are read, one after another.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Connection {
    /// Connects, giving up on whatever takes longer than some seconds.
    ///
    /// # Errors
    ///
    /// When nobody listens there.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        Self::over(stream)
    }

    /// Takes a connection that was accepted.
    ///
    /// # Errors
    ///
    /// When its time limits cannot be set.
    pub fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            unread: Vec::new(),
        })
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    ///
    /// When the other side has gone.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Reads a request, or nothing if the other side is done.
    ///
    /// # Errors
    ///
    /// When what comes is no request.
    pub fn request(&mut self) -> io::Result<Option<Message>> {
        let Some(mut message) = self.head(request_head)? else {
            return Ok(None);
        };
        self.body(&mut message)?;
        Ok(Some(message))
    }

    /// Reads a response; `method` is that of its request.
    ///
    /// # Errors
    ///
    /// When none comes, or what comes is no response.
    pub fn response(&mut self, method: &str) -> io::Result<Message> {
        let mut message = self
            .head(response_head)?
            .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no response came"))?;
        if method != "HEAD" && !matches!(message.status, 204 | 304) {
            self.body(&mut message)?;
        }
        Ok(message)
    }

    fn head(
        &mut self,
        parse: fn(&[u8]) -> io::Result<Option<Head>>,
    ) -> io::Result<Option<Message>> {
        loop {
            if !self.unread.is_empty()
                && let Some(Head { message, bytes }) = parse(&self.unread)?
            {
                self.unread.drain(..bytes);
                return Ok(Some(message));
            }
            if self.fill()? == 0 {
                if self.unread.is_empty() {
                    return Ok(None);
                }
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "a head was cut",
                ));
            }
        }
    }

    fn body(&mut self, message: &mut Message) -> io::Result<()> {
        let chunked = message
            .values("transfer-encoding")
            .any(|value| value.eq_ignore_ascii_case("chunked"));
        if chunked {
            return self.chunks(message);
        }
        if let Some(length) = message.header("content-length") {
            let length = length
                .parse()
                .map_err(|_| io::Error::other("a bad length"))?;
            message.body = self.take(length)?;
        } else if message.status != 0 {
            while self.fill()? > 0 {}
            message.body = std::mem::take(&mut self.unread);
        }
        Ok(())
    }

    fn chunks(&mut self, message: &mut Message) -> io::Result<()> {
        loop {
            let line = self.line()?;
            let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
            let size = std::str::from_utf8(size).ok().map(str::trim);
            let size = size.and_then(|size| usize::from_str_radix(size, 16).ok());
            let size = size.ok_or_else(|| io::Error::other("a chunk has no size"))?;
            if size == 0 {
                break;
            }
            message.body.extend(self.take(size)?);
            self.line()?;
        }
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(());
            }
            let line = String::from_utf8_lossy(&line).into_owned();
            message.trailers.push(line);
        }
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.unread.drain(..end + 2).take(end).collect();
                return Ok(line);
            }
            self.more()?;
        }
    }

    fn take(&mut self, bytes: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < bytes {
            self.more()?;
        }
        Ok(self.unread.drain(..bytes).collect())
    }

    fn more(&mut self) -> io::Result<()> {
        if self.fill()? == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "a body was cut",
            ));
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 16 * 1024];
        let bytes = self.stream.read(&mut buffer)?;
        self.unread.extend(buffer.iter().take(bytes));
        Ok(bytes)
    }
}

/// Reads the head of a request as a server would; nothing if it is no request.
#[must_use]
pub fn parse_request(bytes: &[u8]) -> Option<Message> {
    request_head(bytes).ok().flatten().map(|head| head.message)
}

/// A message without its body, and how long its head was.
struct Head {
    message: Message,
    bytes: usize,
}

fn request_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(size) = parsed.parse(bytes).map_err(malformed)? else {
        return Ok(None);
    };
    let message = Message {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        headers: headers(parsed.headers),
        ..Message::default()
    };
    Ok(Some(Head {
        message,
        bytes: size,
    }))
}

fn response_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut parsed = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(size) = parsed.parse(bytes).map_err(malformed)? else {
        return Ok(None);
    };
    let message = Message {
        status: parsed.code.unwrap_or_default(),
        headers: headers(parsed.headers),
        ..Message::default()
    };
    Ok(Some(Head {
        message,
        bytes: size,
    }))
}

fn headers(fields: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    let field = |field: &httparse::Header<'_>| {
        let value = field.value.iter().map(|byte| char::from(*byte)).collect();
        (field.name.to_ascii_lowercase(), value)
    };
    fields.iter().map(field).collect()
}

fn malformed(error: httparse::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// Sends one request as it is and reads the response; the connection is not used again.
///
/// # Errors
///
/// When no response comes.
pub fn exchange(address: SocketAddr, method: &str, request: &[u8]) -> io::Result<Message> {
    let mut connection = Connection::open(address)?;
    connection.send(request)?;
    connection.response(method)
}

/// Writes a request head; `headers` go out as they are given, in order.
#[must_use]
pub fn request(method: &str, target: &str, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        // One byte each: a header need not be UTF-8.
        bytes.extend(
            value
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')),
        );
        bytes.extend_from_slice(b"\r\n");
    }
    if !body.is_empty() {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

const PATIENCE: Duration = Duration::from_secs(10);
const FIELDS_MAX: usize = 256;
