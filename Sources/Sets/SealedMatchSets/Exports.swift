// Signatures of this product show hashes of lists.
@_exported public import SealedMatchLists
