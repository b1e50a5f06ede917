using System.Globalization;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Sending;

namespace Telemetry.Shipper.Commands;

/// <summary>Where every record of a run is: found in the spool or minted = acknowledged + in the spool + lost.</summary>
internal readonly record struct Accounts(long Inherited, long Minted, long Acknowledged, long Buffered, long Lost)
{
    /// <summary>False would be a mistake of ours.</summary>
    public bool AddUp => Inherited + Minted == Acknowledged + Buffered + Lost;

    /// <summary>Takes the counters when nothing moves any more.</summary>
    public static Accounts Of(LanePair lanes, long inherited, long bulkMinted)
    {
        long lost = 0, refused = 0;
        foreach (var (reason, count) in lanes.Recorder.Losses)
        {
            lost += count.Records;
            refused += reason is LossReason.Rejected or LossReason.SourceChanged ? count.Records : 0;
        }

        return new Accounts(inherited, bulkMinted + lanes.Recorder.Minted,
            lanes.Bulk.SettledRecords + lanes.Critical.SettledRecords - refused,
            lanes.Bulk.BufferedRecords + lanes.Critical.BufferedRecords, lost);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Inherited} records found in the spool + {Minted} new = {Acknowledged} acknowledged + {Buffered} in the spool + {Lost} lost");
}
