using Telemetry.Shipping.Files;
using Telemetry.Wire;

namespace Telemetry.Shipping.Lanes;

/// <summary>Where the records of one run lie in a file.</summary>
/// <param name="Run">Their numbers.</param>
/// <param name="Identity">The file.</param>
/// <param name="Fingerprint">Its beginning when the records were read.</param>
/// <param name="Path">What it was called then.</param>
/// <param name="Start">Where the first record begins, bytes.</param>
/// <param name="Lengths">A varint for each record: bytes in the file, line end included.</param>
/// <param name="Truncations">Pairs of varints: records since the last pair's, bytes cut.</param>
/// <param name="Open">The last record has no line end.</param>
internal sealed record PlannedRun(Run Run, FileIdentity Identity, Fingerprint Fingerprint, string Path, long Start,
    ReadOnlyMemory<byte> Lengths, ReadOnlyMemory<byte> Truncations, bool Open)
{
    /// <summary>Where the next record begins; -1 when the lengths do not decode.</summary>
    public long End
    {
        get
        {
            var end = Start;
            var rest = Lengths.Span;
            while (!rest.IsEmpty)
            {
                if (!Varints.TryTake(ref rest, out var length))
                {
                    return -1;
                }

                end += (long)length;
            }

            return end;
        }
    }
}
