// A peer: Java's StAX reads every attribute of claims XML, and decides nothing.
//
// `java Stax.java FILE…` prints nanoseconds, bytes and attributes. One thread, the JDK's own parser as it
// is, but for DTDs, which the product refuses too. The start of the JVM is not timed; reading the files is.

import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamReader;

class Stax {
    public static void main(String[] files) throws Exception {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        long bytes = 0;
        long attributes = 0;
        long characters = 0;
        long start = System.nanoTime();
        for (String file : files) {
            bytes += Files.size(Path.of(file));
            try (InputStream in = new BufferedInputStream(Files.newInputStream(Path.of(file)), 1 << 16)) {
                XMLStreamReader reader = factory.createXMLStreamReader(in);
                while (reader.hasNext()) {
                    if (reader.next() != XMLStreamConstants.START_ELEMENT) {
                        continue;
                    }
                    for (int i = 0; i < reader.getAttributeCount(); i++) {
                        characters += reader.getAttributeLocalName(i).length();
                        characters += reader.getAttributeValue(i).length();
                        attributes++;
                    }
                }
                reader.close();
            }
        }
        long ns = System.nanoTime() - start;
        if (characters == 0) { // so that no value read is optimized away
            throw new IllegalStateException("no attribute");
        }
        System.out.println(ns + " " + bytes + " " + attributes);
    }
}
