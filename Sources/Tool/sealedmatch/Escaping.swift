/// A text that may come from outside, fit to be printed on one line: a file's name, an argument, a label.
///
/// Whoever names a file could else write lines of a list, or send a terminal what it obeys. Of line ends, of control
/// and format characters (these turn the direction of text, too), and of names that are no UTF-8 (`FileName`) each byte
/// comes out as `\\xNN`, and a backslash as two: different names stay different.
func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        if scalar == "\\" {
            out += "\\\\"
        } else if let byte = FileName.byte(scalar) {
            out += "\\x" + hexadecimal([byte])
        } else if isPrintable(scalar) {
            out.unicodeScalars.append(scalar)
        } else {
            for byte in String(scalar).utf8 { out += "\\x" + hexadecimal([byte]) }
        }
    }
    return out
}

/// Whether a scalar is one that shows, or a space.
func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
}
