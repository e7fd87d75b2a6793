/// Who looks on while files are read: shows progress, and may end the work.
package struct ImportWatch {
    /// Asked again and again; true ends the work with `interrupted`, and no list is written.
    let isInterrupted: () -> Bool
    /// The file's name, bytes read, and its size if it has one.
    let progress: (String, Int, Int?) -> Void

    package init(isInterrupted: @escaping () -> Bool, progress: @escaping (String, Int, Int?) -> Void) {
        self.isInterrupted = isInterrupted
        self.progress = progress
    }
}
