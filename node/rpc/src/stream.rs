//! A TCP stream with backpressure: while the client does not take its answers, nothing more is read from it, and after
//! a while the connection fails.
//!
//! Without this a WebSocket client could send requests for ever and read nothing, and every answer would wait in memory.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// A stream whose writes may not be stuck for long.
pub struct PatientStream {
    stream: TcpStream,
    patience: Duration,
    /// Runs while a write is stuck.
    deadline: Pin<Box<Sleep>>,
    state: State,
    /// Who waits to read until no write is stuck, and who waits to write.
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The client takes what is written.
    Flowing,
    /// A write waits for the client.
    Stuck,
    /// A write waited too long; the connection is over.
    Dead,
}

impl PatientStream {
    /// Lets each write be stuck for at most `patience`.
    #[must_use]
    pub fn new(stream: TcpStream, patience: Duration) -> Self {
        let deadline = Box::pin(sleep(patience));
        Self { stream, patience, deadline, state: State::Flowing, reader: None, writer: None }
    }

    fn after_write<T>(&mut self, written: Poll<Result<T>>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if self.state == State::Dead {
            return Poll::Ready(Err(dead()));
        }
        if written.is_ready() {
            self.state = State::Flowing;
            self.wake();
            return written;
        }
        if self.state == State::Flowing {
            self.state = State::Stuck;
            self.deadline.as_mut().reset(Instant::now() + self.patience);
        }
        self.writer = Some(context.waker().clone());
        self.watch(context)
    }

    /// Ends the connection at the deadline. Reader and writer are often different tasks and only the last of them to come
    /// here is woken by the timer, so it wakes the other.
    fn watch<T>(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        if self.deadline.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.state = State::Dead;
        self.wake();
        Poll::Ready(Err(dead()))
    }

    fn wake(&mut self) {
        [self.reader.take(), self.writer.take()].into_iter().flatten().for_each(Waker::wake);
    }
}

fn dead() -> Error {
    Error::new(ErrorKind::TimedOut, "the client does not take its answers")
}

impl AsyncRead for PatientStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        match self.state {
            State::Flowing => Pin::new(&mut self.stream).poll_read(context, buffer),
            State::Stuck => {
                self.reader = Some(context.waker().clone());
                self.watch(context)
            }
            State::Dead => Poll::Ready(Err(dead())),
        }
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.after_write(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.after_write(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
