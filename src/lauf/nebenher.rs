//! Decompresses a claims file on a thread of its own, while another reads what it gave and judges it.
//!
//! Both look at the same source in the same order, so bytes, errors and their places are those of a file
//! that is decompressed where it is read.

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::read::eingaben::Eingabe;
use crate::read::roh::{Komprimierung, Pruefsumme, Rohquelle, Vorauslesend};

/// Bytes of a block: so many that handing it over costs nothing beside filling it.
const BLOCK: usize = 1 << 18;

/// Blocks that lie ready, at most. With the one that is filled and the one that is read, an open file
/// has six of them: 1.5 MiB.
const BEREIT: usize = 4;

/// The least that a file must have to go round, in stored bytes: what is smaller is decompressed before a
/// thread has begun.
const KLEIN: u64 = 1 << 16;

/// Lets a compressed file be decompressed on a thread of its own, if that pays: not where the run has
/// but one. Where the system gives no thread, the file is decompressed as it is read.
pub(super) fn entpackt(roh: Rohquelle, eingabe: &Eingabe) -> Rohquelle {
    let lohnt = eingabe.komprimierung != Komprimierung::Keine
        && KLEIN <= eingabe.bytes
        && 1 < rayon::current_num_threads();
    if lohnt { nebenher(roh) } else { roh }
}

fn nebenher(roh: Rohquelle) -> Rohquelle {
    match Nebenher::neu(roh) {
        Ok(nebenher) => Rohquelle::voraus(Box::new(nebenher)),
        Err(roh) => roh,
    }
}

/// A buffer and how much of it is filled.
#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    bis: usize,
}

/// A source that a thread reads ahead.
struct Nebenher {
    laeuft: Option<Laeuft>,
    /// The source, when the thread is done with it.
    zurueck: Option<Rohquelle>,
    block: Block,
    ab: usize,
}

/// The thread at work. It ends, and gives the source back, at its end, at an error or when nobody takes
/// its blocks any more.
struct Laeuft {
    voll: Receiver<io::Result<Block>>,
    /// Used buffers, on their way back.
    leer: Sender<Block>,
    thread: JoinHandle<Option<Rohquelle>>,
}

impl Nebenher {
    /// Begins to read ahead; gives the source back if there is no thread.
    fn neu(roh: Rohquelle) -> Result<Self, Rohquelle> {
        // The source follows when there is a thread: one that cannot start would take it along.
        let (gib, nimm) = sync_channel::<Rohquelle>(1);
        let (fertig, voll) = sync_channel(BEREIT);
        let (leer, gebraucht) = channel();
        let arbeit = move || {
            let mut roh = nimm.recv().ok()?;
            lies_voraus(&mut roh, &fertig, &gebraucht);
            Some(roh)
        };
        let Ok(thread) = Builder::new().name("entpacken".to_owned()).spawn(arbeit) else {
            return Err(roh);
        };
        gib.send(roh).map_err(|ungenommen| ungenommen.0)?;
        let laeuft = Some(Laeuft { voll, leer, thread });
        Ok(Self { laeuft, zurueck: None, block: Block::default(), ab: 0 })
    }

    /// Ends the thread and takes the source back. A panic of the thread goes on here.
    fn hole_zurueck(&mut self) {
        let Some(Laeuft { voll, thread, .. }) = self.laeuft.take() else { return };
        // Where the thread waits to hand over a block, it need not wait any longer.
        drop(voll);
        match thread.join() {
            Ok(roh) => self.zurueck = roh,
            Err(_) if std::thread::panicking() => {}
            Err(grund) => resume_unwind(grund),
        }
    }

    fn quelle(&mut self) -> io::Result<&mut Rohquelle> {
        self.zurueck.as_mut().ok_or_else(verloren)
    }
}

/// Only a panic loses a source.
fn verloren() -> io::Error {
    io::Error::other("das Entpacken brach ab")
}

/// Fills block after block, until the source or the interest in it ends.
fn lies_voraus(
    roh: &mut Rohquelle,
    fertig: &SyncSender<io::Result<Block>>,
    gebraucht: &Receiver<Block>,
) {
    loop {
        let mut block = gebraucht.try_recv().unwrap_or_default();
        block.bytes.resize(BLOCK, 0);
        let gefuellt = fuelle(roh, &mut block);
        if 0 < block.bis && fertig.send(Ok(block)).is_err() {
            return;
        }
        match gefuellt {
            Ok(true) => {}
            Ok(false) => return,
            Err(fehler) => {
                // Nobody may be left to hear it.
                let _ = fertig.send(Err(fehler));
                return;
            }
        }
    }
}

/// Fills a block; returns false at the end of the source. An error comes behind what is in the block.
fn fuelle(roh: &mut Rohquelle, block: &mut Block) -> io::Result<bool> {
    block.bis = 0;
    while block.bis < block.bytes.len() {
        match roh.read(&mut block.bytes[block.bis..]) {
            Ok(0) => return Ok(false),
            Ok(anzahl) => block.bis += anzahl,
            Err(fehler) if fehler.kind() == io::ErrorKind::Interrupted => {}
            Err(fehler) => return Err(fehler),
        }
    }
    Ok(true)
}

impl Read for Nebenher {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        while self.ab == self.block.bis {
            let Some(Laeuft { voll, leer, .. }) = &self.laeuft else {
                return self.quelle()?.read(puffer);
            };
            // Given back before the next is taken, so that there is never one more. A thread that has
            // ended needs none.
            let _ = leer.send(std::mem::take(&mut self.block));
            self.ab = 0;
            match voll.recv() {
                Ok(gegeben) => self.block = gegeben?,
                Err(_) => self.hole_zurueck(),
            }
        }
        let anzahl = puffer.len().min(self.block.bis - self.ab);
        puffer[..anzahl].copy_from_slice(&self.block.bytes[self.ab..self.ab + anzahl]);
        self.ab += anzahl;
        Ok(anzahl)
    }
}

impl Vorauslesend for Nebenher {
    fn beende(mut self: Box<Self>) -> io::Result<Pruefsumme> {
        self.hole_zurueck();
        self.zurueck.take().ok_or_else(verloren)?.beende()
    }
}

impl Drop for Nebenher {
    fn drop(&mut self) {
        self.hole_zurueck();
    }
}

#[cfg(test)]
mod tests;
