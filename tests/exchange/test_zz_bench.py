import cProfile
import io
import pstats
import time

from python_calamine import load_workbook
from sqlalchemy import text

from engine.exchange.importing.archive import check_archive
from engine.exchange.importing.runs import begin, choose, find_import, run, suggest
from tests.exchange.conftest import *


def test_in(work, files, connection):
    data=open("/tmp/rooms50k.xlsx","rb").read()
    t=time.time(); rows=load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python(); a=time.time()-t
    t=time.time(); check_archive(data); b=time.time()-t
    # limit: checks and COPY by hand
    t=time.time()
    from datetime import date
    from decimal import Decimal
    connection.execute(text("create temp table lim (like room including all) on commit drop"))
    drv=connection.connection.driver_connection
    with drv.cursor() as cur, cur.copy("copy lim (estate_id,building_id,full_no,built_area,inner_area,kind,handed_over_on,payer_id,note) from stdin") as cp:
        est={"海濱花園":2}; bl={"1棟":21,"2棟":22,"3棟":23}; seen=set()
        for r in rows[1:]:
            no=str(r[2]).strip(); assert no not in seen; seen.add(no)
            ar=Decimal(str(r[3])); inn=Decimal(str(r[4])); assert inn<=ar or True
            cp.write_row((est[r[0]],bl[r[1]],no,ar,inn,"residence",date.fromisoformat(r[6]),1,r[8]))
    c=time.time()-t
    mine=work("ann")
    one=find_import(mine, files, begin(mine, files, "room", data, "a.xlsx"))
    g,_,_=suggest(one); one=choose(one,g)
    print("plan",g.columns,g.key)
    pr=cProfile.Profile()
    import os
    if os.environ.get("PROF"): pr.enable()
    t=time.time(); d=run(one,"commit"); e=time.time()-t
    if os.environ.get("PROF"):
        pr.disable(); pstats.Stats(pr).sort_stats("tottime").print_stats(28)
    print(d.row.options["counts"], f"calamine {a:.2f} guard {b:.2f} limit {a+c:.2f} ours {e:.2f} ratio {e/(a+c):.2f}")
